//! Headers of the request that opens a WebSocket, as people write them: in the profiles file, in the form, on the command line.

use crate::model::Secret;

/// A header as `Name: value`. What could not be sent is refused; the error does not quote the value, which may be a token.
pub fn parse_header(text: &str) -> Result<(String, Secret), String> {
    let (name, value) = text.split_once(':').ok_or("a header is written Name: value")?;
    // RFC 9110, 5.6.2: token.
    let is_token = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c);
    if name.is_empty() || !name.chars().all(is_token) {
        return Err("a header's name before ':' holds letters, digits and '-', without spaces".into());
    }
    let value = value.trim();
    if !value.chars().all(|c| matches!(c, ' '..='~')) {
        return Err("a header's value after ':' holds printable ASCII only".into());
    }
    Ok((name.to_owned(), Secret::new(value)))
}
