//! How permessage-deflate is agreed on (RFC 7692, section 7.1).

/// What a client offers.
pub(crate) const OFFER: &str = "permessage-deflate";

/// The parameters that both ends agreed on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct DeflateParameters {
    /// The server compresses each message by itself.
    pub(crate) server_forgets: bool,
    /// The client does.
    pub(crate) client_forgets: bool,
    /// The server's window, as a power of two.
    pub(crate) server_window_bits: u8,
    /// The client's window.
    pub(crate) client_window_bits: u8,
}

impl Default for DeflateParameters {
    fn default() -> Self {
        Self { server_forgets: false, client_forgets: false, server_window_bits: 15, client_window_bits: 15 }
    }
}

/// A parameter: its name and its value.
type Parameter<'a> = (&'a str, Option<&'a str>);

/// Splits at a separator that is not in quotes.
fn split(text: &str, separator: char) -> Vec<&str> {
    let (mut parts, mut start, mut quoted) = (Vec::new(), 0, false);
    for (at, character) in text.char_indices() {
        match character {
            '"' => quoted = !quoted,
            c if c == separator && !quoted => {
                parts.push(&text[start..at]);
                start = at + c.len_utf8();
            }
            _ => {}
        }
    }
    parts.push(&text[start..]);
    parts
}

/// The extensions of a header, each a name with parameters.
fn extensions(header: &str) -> impl Iterator<Item = (&str, Vec<Parameter<'_>>)> {
    split(header, ',').into_iter().filter_map(|extension| {
        let mut parts = split(extension, ';').into_iter().map(str::trim);
        let name = parts.next().filter(|name| !name.is_empty())?;
        let parameters = parts.map(|parameter| match parameter.split_once('=') {
            Some((name, value)) => (name.trim(), Some(value.trim().trim_matches('"'))),
            None => (parameter, None),
        });
        Some((name, parameters.collect()))
    })
}

/// A window size: a number from 8 to 15 without a leading zero.
fn window_bits(value: &str) -> Option<u8> {
    value.parse().ok().filter(|bits| (8..=15).contains(bits) && !value.starts_with(['0', '+']))
}

/// A server's choice among a client's offers: the parameters, and the header of the response. An offer that cannot be
/// met is passed over; so is one with a window of 8 bits, which zlib does not write.
pub(crate) fn accept_offer(header: &str) -> Option<(DeflateParameters, String)> {
    extensions(header)
        .filter(|(name, _)| name.eq_ignore_ascii_case(OFFER))
        .find_map(|(_, parameters)| meet(&parameters))
}

fn meet(offered: &[Parameter<'_>]) -> Option<(DeflateParameters, String)> {
    let (mut agreed, mut response, mut seen) = (DeflateParameters::default(), OFFER.to_owned(), Vec::new());
    for &(name, value) in offered {
        if seen.contains(&name) {
            return None;
        }
        seen.push(name);
        match (name, value) {
            ("server_no_context_takeover", None) => {
                agreed.server_forgets = true;
                response += "; server_no_context_takeover";
            }
            ("client_no_context_takeover", None) => {
                agreed.client_forgets = true;
                response += "; client_no_context_takeover";
            }
            ("server_max_window_bits", Some(value)) => {
                agreed.server_window_bits = window_bits(value).filter(|bits| *bits >= 9)?;
                response += &format!("; server_max_window_bits={}", agreed.server_window_bits);
            }
            // The client could use a smaller window if asked; it is not.
            ("client_max_window_bits", None) => {}
            ("client_max_window_bits", Some(value)) => {
                window_bits(value)?;
            }
            _ => return None,
        }
    }
    Some((agreed, response))
}

/// A client's reading of what a server answered to [`OFFER`].
///
/// # Errors
/// The answer is not one to that offer, so the connection must fail.
pub(crate) fn accept_response(header: &str) -> Result<Option<DeflateParameters>, ()> {
    let mut agreed = None;
    for (name, parameters) in extensions(header) {
        if agreed.is_some() || !name.eq_ignore_ascii_case(OFFER) {
            return Err(());
        }
        let (mut answer, mut seen) = (DeflateParameters::default(), Vec::new());
        for (name, value) in parameters {
            if seen.contains(&name) {
                return Err(());
            }
            seen.push(name);
            match (name, value) {
                ("server_no_context_takeover", None) => answer.server_forgets = true,
                ("client_no_context_takeover", None) => answer.client_forgets = true,
                ("server_max_window_bits", Some(value)) => answer.server_window_bits = window_bits(value).ok_or(())?,
                // `client_max_window_bits` answers only an offer of it.
                _ => return Err(()),
            }
        }
        agreed = Some(answer);
    }
    Ok(agreed)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(offer: &str) -> Option<String> {
        accept_offer(offer).map(|(_, response)| response)
    }

    #[test]
    fn offers_are_met_or_passed_over() {
        let plain = Some("permessage-deflate".to_owned());
        for offer in [
            "permessage-deflate",
            "permessage-deflate; client_max_window_bits",
            "permessage-deflate;client_max_window_bits=10",
            "permessage-deflate; client_max_window_bits=\"10\"",
            "x-other; a=\"b,c;d\", permessage-deflate",
            "permessage-deflate; server_max_window_bits=8, permessage-deflate",
            "permessage-deflate; unknown, permessage-deflate",
            "Permessage-Deflate",
        ] {
            assert_eq!(answer(offer), plain, "{offer}");
        }
        let (agreed, response) = accept_offer(
            "permessage-deflate; server_no_context_takeover; client_no_context_takeover; server_max_window_bits=10",
        )
        .unwrap();
        assert!(agreed.server_forgets && agreed.client_forgets);
        assert_eq!(agreed.server_window_bits, 10);
        assert_eq!(
            response,
            "permessage-deflate; server_no_context_takeover; client_no_context_takeover; server_max_window_bits=10"
        );
        for offer in [
            "",
            ",;,",
            "x-webkit-deflate-frame",
            "permessage-deflate; server_max_window_bits",
            "permessage-deflate; server_max_window_bits=16",
            "permessage-deflate; server_max_window_bits=09",
            "permessage-deflate; client_max_window_bits=7",
            "permessage-deflate; server_no_context_takeover=1",
            "permessage-deflate; server_no_context_takeover; server_no_context_takeover",
            "permessage-deflate; \"",
        ] {
            assert_eq!(answer(offer), None, "{offer}");
        }
    }

    #[test]
    fn answers_fit_the_offer_or_fail() {
        assert_eq!(accept_response(""), Ok(None));
        assert_eq!(accept_response("permessage-deflate"), Ok(Some(DeflateParameters::default())));
        let answered = accept_response("permessage-deflate; client_no_context_takeover; server_max_window_bits=8");
        let expected = DeflateParameters { client_forgets: true, server_window_bits: 8, ..Default::default() };
        assert_eq!(answered, Ok(Some(expected)));
        for header in [
            "x-other",
            "permessage-deflate, permessage-deflate",
            "permessage-deflate; client_max_window_bits=10",
            "permessage-deflate; server_max_window_bits=7",
            "permessage-deflate; server_no_context_takeover; server_no_context_takeover",
            "permessage-deflate; unknown",
        ] {
            assert_eq!(accept_response(header), Err(()), "{header}");
        }
    }
}
