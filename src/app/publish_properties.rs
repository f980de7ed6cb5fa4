//! The MQTT 5 properties of a message that is being written: fields under the payload, shown when asked for.

use bytes::Bytes;
use ratatui_textarea::TextArea;
use tui_input::Input;

use super::publish::Field;
use crate::model::{Properties, check_topic};
use crate::payload::is_clean;

/// The properties as typed. Empty fields are not sent.
#[derive(Debug, Default)]
pub struct WrittenProperties {
    /// On screen. What is hidden is sent all the same, and the pane says so.
    pub open: bool,
    /// MIME type, by convention.
    pub content_type: Input,
    /// Seconds after which brokers drop the message.
    pub expiry: Input,
    /// Where an answer is wanted.
    pub response_topic: Input,
    /// Ties an answer to its request; sent as UTF-8.
    pub correlation: Input,
    /// User properties, one `name=value` a line.
    pub user: TextArea<'static>,
    /// What came with a message to be sent again and fits in no field: sent as it is, where nothing else is typed.
    pub kept: Properties,
}

impl WrittenProperties {
    /// The one-line input of a field, if it is one of these.
    pub fn input(&mut self, field: Field) -> Option<&mut Input> {
        match field {
            Field::ContentType => Some(&mut self.content_type),
            Field::Expiry => Some(&mut self.expiry),
            Field::ResponseTopic => Some(&mut self.response_topic),
            Field::Correlation => Some(&mut self.correlation),
            _ => None,
        }
    }

    /// Whether nothing is typed.
    pub fn is_empty(&self) -> bool {
        let inputs = [&self.content_type, &self.expiry, &self.response_topic, &self.correlation];
        inputs.iter().all(|input| input.value().is_empty())
            && self.user.is_empty()
            && self.kept == Properties::default()
    }

    /// Takes the properties of a message to be sent again, each exactly.
    pub(super) fn fill(&mut self, mut properties: Properties) {
        let open = self.open;
        *self = Self { open, ..Self::default() };
        let fits = |text: &String| !text.is_empty() && is_clean(text);
        let input = |text: Option<String>| Input::new(text.unwrap_or_default());
        self.content_type = input(properties.content_type.take_if(|text| fits(text)));
        self.response_topic = input(properties.response_topic.take_if(|text| fits(text)));
        self.expiry = input(properties.message_expiry.take().map(|seconds| seconds.to_string()));
        let text = |data: &Bytes| std::str::from_utf8(data).is_ok_and(|text| fits(&text.to_owned()));
        let correlation = properties.correlation_data.take_if(|data| text(data));
        self.correlation = input(correlation.map(|data| String::from_utf8_lossy(&data).into_owned()));
        let typed =
            |(name, value): &(String, String)| !name.contains('=') && is_clean(name) && is_clean(value);
        if properties.user_properties.iter().all(typed) {
            let pairs = std::mem::take(&mut properties.user_properties);
            let lines: Vec<String> = pairs.iter().map(|(name, value)| format!("{name}={value}")).collect();
            self.user = TextArea::from(lines);
        }
        self.kept = properties;
    }

    /// The properties as they would be sent; `None` when there are none.
    ///
    /// # Errors
    /// What is wrong, naming the field.
    pub fn properties(&self) -> Result<Option<Box<Properties>>, String> {
        if self.is_empty() {
            return Ok(None);
        }
        let text = |input: &Input| (!input.value().is_empty()).then(|| input.value().to_owned());
        let response_topic = text(&self.response_topic);
        if let Some(topic) = &response_topic {
            check_topic(topic).map_err(|fault| format!("response topic: {fault}"))?;
        }
        let message_expiry = match self.expiry.value() {
            "" => None,
            digits => Some(digits.parse().map_err(|_| "expiry: seconds, at most 4,294,967,295".to_owned())?),
        };
        let kept = self.kept.clone();
        let mut user_properties = kept.user_properties;
        user_properties.extend(self.user_properties()?);
        Ok(Some(Box::new(Properties {
            payload_format: kept.payload_format,
            message_expiry,
            content_type: text(&self.content_type).or(kept.content_type),
            response_topic: response_topic.or(kept.response_topic),
            correlation_data: text(&self.correlation).map(Bytes::from).or(kept.correlation_data),
            subscription_ids: Vec::new(),
            user_properties,
        })))
    }

    fn user_properties(&self) -> Result<Vec<(String, String)>, String> {
        let lines = self.user.lines().iter().filter(|line| !line.is_empty());
        let pair = |line: &String| match line.split_once('=') {
            Some((name, value)) => Ok((name.to_owned(), value.to_owned())),
            None => Err(format!("user property '{line}' has no '='")),
        };
        lines.map(pair).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn empty_fields_are_not_sent_and_user_properties_keep_their_order() {
        assert_eq!(WrittenProperties::default().properties(), Ok(None));
        let mut written = WrittenProperties::default();
        written.user.insert_str("b=1\n\na=x=y\nb=2\n=");
        let sent = written.properties().expect("legal").expect("some");
        let pairs: Vec<_> = sent.user_properties.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
        assert_eq!(pairs, [("b", "1"), ("a", "x=y"), ("b", "2"), ("", "")]);
        assert_eq!((sent.content_type, sent.message_expiry), (None, None));
    }

    #[test]
    fn what_is_wrong_is_said_with_the_field() {
        let fault = |change: fn(&mut WrittenProperties)| {
            let mut written = WrittenProperties::default();
            change(&mut written);
            written.properties().expect_err("a fault")
        };
        assert!(fault(|w| w.response_topic = Input::new("a/#".into())).contains("response topic"));
        assert!(fault(|w| w.expiry = Input::new("soon".into())).contains("expiry"));
        let user = fault(|w| {
            w.user.insert_str("unit");
        });
        assert!(user.contains("'unit' has no '='"), "{user}");
    }

    #[test]
    fn properties_to_be_sent_again_are_exact_whether_the_fields_can_show_them_or_not() {
        let user = |pairs: &[(&str, &str)]| {
            pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
        };
        let shown = Properties {
            message_expiry: Some(5),
            content_type: Some("text/plain".into()),
            response_topic: Some("answers/1".into()),
            correlation_data: Some(Bytes::from_static(b"abc")),
            user_properties: user(&[("b", "1=2"), ("a", "ä"), ("b", "1=2"), ("", "")]),
            ..Properties::default()
        };
        let hidden = Properties {
            payload_format: Some(1),
            content_type: Some(String::new()),
            correlation_data: Some(Bytes::from_static(b"\xff\0")),
            user_properties: user(&[("a=b", "c"), ("d", "e\nf")]),
            ..Properties::default()
        };
        for properties in [shown, hidden] {
            let mut written = WrittenProperties::default();
            written.fill(properties.clone());
            assert_eq!(written.properties(), Ok(Some(Box::new(properties))));
        }
        let mut written = WrittenProperties::default();
        written.fill(Properties::default());
        assert_eq!(written.properties(), Ok(None));
    }
}
