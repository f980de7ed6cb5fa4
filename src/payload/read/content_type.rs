//! What a content type says of the bytes (MQTT 5.0, 3.3.2.3.9: a MIME type by convention).

use crate::model::Form;

/// The binary format that `content_type` names. JSON, XML, text and pictures are told by their bytes.
pub(super) fn form_of(content_type: &str) -> Option<Form> {
    let name = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let (_, subtype) = name.split_once('/')?;
    let subtype = subtype.strip_prefix("x-").or_else(|| subtype.strip_prefix("vnd.")).unwrap_or(subtype);
    match subtype.rsplit('+').next().unwrap_or(subtype) {
        "cbor" => Some(Form::Cbor),
        "msgpack" | "messagepack" => Some(Form::MessagePack),
        "protobuf" | "google.protobuf" | "google-protobuf" | "proto" => Some(Form::Protobuf(None)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_in_use_are_known() {
        for (name, form) in [
            ("application/cbor", Some(Form::Cbor)),
            ("application/senml+cbor; v=1", Some(Form::Cbor)),
            ("application/x-msgpack", Some(Form::MessagePack)),
            ("Application/VND.msgpack", Some(Form::MessagePack)),
            ("application/x-protobuf", Some(Form::Protobuf(None))),
            ("application/vnd.google.protobuf", Some(Form::Protobuf(None))),
            ("application/json", None),
            ("cbor", None),
            ("", None),
        ] {
            assert_eq!(form_of(name), form, "{name}");
        }
    }
}
