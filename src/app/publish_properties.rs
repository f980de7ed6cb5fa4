//! The MQTT 5 properties of a message that is being written: fields under the payload, shown when asked for.

use bytes::Bytes;
use ratatui_textarea::TextArea;
use tui_input::Input;

use super::publish::Field;
use crate::model::{Properties, check_topic};

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
        inputs.iter().all(|input| input.value().is_empty()) && self.user.is_empty()
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
        Ok(Some(Box::new(Properties {
            message_expiry,
            content_type: text(&self.content_type),
            response_topic,
            correlation_data: text(&self.correlation).map(Bytes::from),
            user_properties: self.user_properties()?,
            ..Properties::default()
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
}
