//! The properties of a PUBLISH (MQTT 5.0, 3.3.2.3), both ways, and of a will. Used by `decode` and `encode`.

use bytes::{Buf, Bytes};
use rumqttc::v5::mqttbytes::v5::{LastWillProperties, PublishProperties};

use crate::model::{Properties, Will};

/// Why properties cannot be taken in.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Unreadable {
    /// They break the rules.
    Malformed(&'static str),
    /// They hold a text that is not UTF-8: the message can be left out without losing the thread.
    NotUtf8,
}

const MALFORMED: Unreadable = Unreadable::Malformed("its properties cannot be read");

/// Takes a variable byte integer (MQTT 5.0, 1.5.5) from the front.
pub(super) fn variable_length(bytes: &mut &[u8]) -> Option<usize> {
    let mut value = 0;
    for index in 0..4 {
        let byte = bytes.try_get_u8().ok()?;
        value |= usize::from(byte & 0x7F) << (7 * index);
        if byte & 0x80 == 0 {
            return Some(value);
        }
    }
    None
}

/// Reads a property block without its length; `None` when it is empty.
pub(super) fn of_publish(mut block: &[u8]) -> Result<Option<Box<Properties>>, Unreadable> {
    if block.is_empty() {
        return Ok(None);
    }
    let mut found = Box::<Properties>::default();
    while let Ok(kind) = block.try_get_u8() {
        match kind {
            1 => found.payload_format = Some(block.try_get_u8().map_err(|_| MALFORMED)?),
            2 => found.message_expiry = Some(block.try_get_u32().map_err(|_| MALFORMED)?),
            3 => found.content_type = Some(text(&mut block)?),
            8 => found.response_topic = Some(text(&mut block)?),
            9 => found.correlation_data = Some(Bytes::copy_from_slice(binary(&mut block)?)),
            11 => {
                let id = variable_length(&mut block).ok_or(MALFORMED)?;
                found.subscription_ids.push(id as u32);
            }
            35 => return Err(Unreadable::Malformed("it uses a topic alias, and none were offered")),
            38 => {
                let name = text(&mut block)?;
                found.user_properties.push((name, text(&mut block)?));
            }
            _ => return Err(MALFORMED),
        }
    }
    Ok(Some(found))
}

fn binary<'a>(block: &mut &'a [u8]) -> Result<&'a [u8], Unreadable> {
    let length = usize::from(block.try_get_u16().map_err(|_| MALFORMED)?);
    let (bytes, rest) = block.split_at_checked(length).ok_or(MALFORMED)?;
    *block = rest;
    Ok(bytes)
}

fn text(block: &mut &[u8]) -> Result<String, Unreadable> {
    let bytes = binary(block)?;
    std::str::from_utf8(bytes).map(str::to_owned).map_err(|_| Unreadable::NotUtf8)
}

/// As the codec wants them. Subscription ids are the broker's to send, not ours.
pub(super) fn to_wire(properties: &Properties) -> PublishProperties {
    PublishProperties {
        payload_format_indicator: properties.payload_format,
        message_expiry_interval: properties.message_expiry,
        topic_alias: None,
        response_topic: properties.response_topic.clone(),
        correlation_data: properties.correlation_data.clone(),
        user_properties: properties.user_properties.clone(),
        subscription_identifiers: Vec::new(),
        content_type: properties.content_type.clone(),
    }
}

/// Those of a will, its delay among them.
pub(super) fn of_will(will: &Will) -> Option<LastWillProperties> {
    let delay = (will.delay > 0).then_some(will.delay);
    let properties = will.publication.properties.as_deref();
    if delay.is_none() && properties.is_none() {
        return None;
    }
    let properties = properties.cloned().unwrap_or_default();
    Some(LastWillProperties {
        delay_interval: delay,
        payload_format_indicator: properties.payload_format,
        message_expiry_interval: properties.message_expiry,
        content_type: properties.content_type,
        response_topic: properties.response_topic,
        correlation_data: properties.correlation_data,
        user_properties: properties.user_properties,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_property_is_read_and_user_properties_keep_their_order() {
        let block = [
            &[1, 1, 2, 0, 0, 0, 90][..],
            &[3, 0, 1, b'c', 8, 0, 1, b'r', 9, 0, 2, 0, 255],
            &[11, 5, 11, 6, 11, 0x80, 1],
            &[38, 0, 1, b'k', 0, 1, b'1', 38, 0, 1, b'k', 0, 1, b'2'],
        ]
        .concat();
        let found = of_publish(&block).unwrap().unwrap();
        assert_eq!((found.payload_format, found.message_expiry), (Some(1), Some(90)));
        assert_eq!((found.content_type.as_deref(), found.response_topic.as_deref()), (Some("c"), Some("r")));
        assert_eq!(found.correlation_data.as_deref(), Some(&[0, 255][..]));
        assert_eq!(found.subscription_ids, [5, 6, 128]);
        let pair = |value: &str| ("k".to_owned(), value.to_owned());
        assert_eq!(found.user_properties, [pair("1"), pair("2")]);
        assert_eq!(of_publish(&[]), Ok(None));
    }

    #[test]
    fn c20_broken_properties_are_told_from_text_that_is_not_utf8() {
        for cut in [&[2, 0][..], &[38, 0, 1, b'k'], &[99, 1], &[11, 0x80], &[3, 0, 9, b'x']] {
            assert_eq!(of_publish(cut), Err(MALFORMED), "{cut:?}");
        }
        assert!(
            matches!(of_publish(&[35, 0, 1]), Err(Unreadable::Malformed(what)) if what.contains("alias"))
        );
        assert_eq!(of_publish(&[3, 0, 1, 0xFF]), Err(Unreadable::NotUtf8));
    }
}
