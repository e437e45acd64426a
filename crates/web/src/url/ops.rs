//! URL records for JavaScript.
//!
//! A URL crosses the door once: as its href, with the positions of its components written to a buffer that
//! JavaScript keeps for this purpose. The getters then slice the href, and most are never called.

use selvedge_ops::{BufferMut, OpError, op, v8};
use url::{Position, Url, quirks};

/// How many 32-bit words [`write_components`] writes.
const WORDS: usize = 9;

/// Stands for a component that is not there.
const OMITTED: u32 = u32::MAX;

/// In the last word: the URL has an authority, "//" and a host.
const HAS_AUTHORITY: u32 = 1;

/// In the last word: the scheme is one whose URLs have a tuple origin
/// (<https://url.spec.whatwg.org/#concept-url-origin>).
const HAS_ORIGIN: u32 = 2;

/// The positions of the components in the href, in the order in which `url.js` reads them.
fn component_words(url: &Url) -> [u32; WORDS] {
    let components = quirks::internal_components(url);
    let authority = if url.has_authority() { HAS_AUTHORITY } else { 0 };
    let origin = if matches!(url.scheme(), "http" | "https" | "ws" | "wss" | "ftp") { HAS_ORIGIN } else { 0 };
    [
        components.scheme_end,
        components.username_end,
        components.host_start,
        components.host_end,
        components.port.map_or(OMITTED, u32::from),
        components.path_start,
        components.query_start.unwrap_or(OMITTED),
        components.fragment_start.unwrap_or(OMITTED),
        authority | origin,
    ]
}

fn write_components(url: &Url, buffer: &mut BufferMut<'_>) -> Result<(), OpError> {
    let bytes = buffer.as_mut_slice();
    if bytes.len() != WORDS * 4 {
        return Err(OpError::type_error("expected a Uint32Array of 9 elements"));
    }
    for (target, word) in bytes.chunks_exact_mut(4).zip(component_words(url)) {
        target.copy_from_slice(&word.to_ne_bytes());
    }
    Ok(())
}

/// An href is ASCII: everything else is percent-encoded or Punycode.
fn href_string<'s>(scope: &mut v8::PinScope<'s, '_>, url: &Url) -> Result<v8::Local<'s, v8::Value>, OpError> {
    v8::String::new_from_one_byte(scope, url.as_str().as_bytes(), v8::NewStringType::Normal)
        .map(Into::into)
        .ok_or_else(|| OpError::range_error("Invalid string length"))
}

fn parse(input: &str, base: Option<&str>) -> Option<Url> {
    let Some(base) = base else {
        return Url::parse(input).ok();
    };
    let base = Url::parse(base).ok()?;
    base.join(input).ok().or_else(|| parse_with_extra_slashes(input, &base))
}

/// "///host" against an http URL: the standard ignores the slashes past the second
/// (<https://url.spec.whatwg.org/#special-authority-ignore-slashes-state>), the parser does so only after a scheme.
fn parse_with_extra_slashes(input: &str, base: &Url) -> Option<Url> {
    let trimmed = input.trim_start_matches(|c: char| c <= ' ');
    let slashes = trimmed.chars().take_while(|c| matches!(c, '/' | '\\')).count();
    let special = matches!(base.scheme(), "http" | "https" | "ws" | "wss" | "ftp");
    if special && slashes > 2 { Url::parse(&format!("{}:{trimmed}", base.scheme())).ok() } else { None }
}

/// Parses `input` (<https://url.spec.whatwg.org/#concept-url-parser>) against `base`.
///
/// Gives the href and writes the components; null if it does not parse. An input that is its own href, as a
/// request's URL is, is given back itself.
#[op]
pub(crate) fn op_url_parse<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    input: v8::Local<'s, v8::String>,
    base: Option<String>,
    mut components: BufferMut<'s>,
) -> Result<v8::Local<'s, v8::Value>, OpError> {
    let (url, unchanged) = {
        let view = v8::ValueView::new(scope, input);
        let text = view.to_cow_lossy();
        let url = parse(&text, base.as_deref());
        let unchanged = url.as_ref().is_some_and(|url| url.as_str() == &*text);
        (url, unchanged)
    };
    let Some(url) = url else {
        return Ok(v8::null(scope).into());
    };
    write_components(&url, &mut components)?;
    if unchanged { Ok(input.into()) } else { href_string(scope, &url) }
}

/// Whether `input` parses against `base` (<https://url.spec.whatwg.org/#dom-url-canparse>).
#[op]
pub(crate) fn op_url_can_parse(input: String, base: Option<String>) -> bool {
    parse(&input, base.as_deref()).is_some()
}

/// Which component [`op_url_set`] changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Component {
    Protocol,
    Username,
    Password,
    Host,
    Hostname,
    Port,
    Pathname,
    Search,
    Hash,
}

impl Component {
    fn from_number(number: u32) -> Option<Self> {
        Some(match number {
            0 => Self::Protocol,
            1 => Self::Username,
            2 => Self::Password,
            3 => Self::Host,
            4 => Self::Hostname,
            5 => Self::Port,
            6 => Self::Pathname,
            7 => Self::Search,
            8 => Self::Hash,
            _ => return None,
        })
    }
}

/// Whether an empty host is set where credentials or a port need one: "?" and the like, which the library takes as empty
/// but does not refuse (<https://url.spec.whatwg.org/#host-state>).
fn would_lose_host(url: &Url, value: &str) -> bool {
    let first = value.chars().find(|c| !matches!(c, '\t' | '\n' | '\r'));
    let empty = matches!(first, None | Some('/' | '?' | '#'));
    empty && (!url.username().is_empty() || url.password().is_some() || url.port().is_some())
}

/// Where there is no host, "/." tells a path that begins with two slashes from one
/// (<https://url.spec.whatwg.org/#url-serializing>): the library's parser writes and omits it, its setter does neither.
fn set_pathname(url: &mut Url, value: &str) {
    let had_authority = url.has_authority();
    quirks::set_pathname(url, value);
    if had_authority || url.cannot_be_a_base() {
        return;
    }
    let path = url.path();
    let mark = if path.starts_with("//") { "/." } else { "" };
    let whole = format!("{}:{mark}{path}{}", url.scheme(), &url[Position::AfterPath..]);
    if whole != url.as_str()
        && let Ok(whole) = Url::parse(&whole)
    {
        *url = whole;
    }
}

/// Applies a setter of the `URL` class. A value that the standard ignores changes nothing.
fn set_component(url: &mut Url, component: Component, value: &str) {
    if matches!(component, Component::Host | Component::Hostname) && would_lose_host(url, value) {
        return;
    }
    // The setters' results say whether the value was accepted, which no API reveals.
    let _ = match component {
        Component::Protocol => quirks::set_protocol(url, value),
        Component::Username => quirks::set_username(url, value),
        Component::Password => quirks::set_password(url, value),
        Component::Host => quirks::set_host(url, value),
        Component::Hostname => quirks::set_hostname(url, value),
        Component::Port => quirks::set_port(url, value),
        Component::Pathname => {
            set_pathname(url, value);
            Ok(())
        }
        Component::Search => {
            quirks::set_search(url, value);
            Ok(())
        }
        Component::Hash => {
            quirks::set_hash(url, value);
            Ok(())
        }
    };
}

/// Sets one component of the URL `href`; gives the new href and writes its components.
#[op]
pub(crate) fn op_url_set<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    href: String,
    component: u32,
    value: String,
    mut components: BufferMut<'s>,
) -> Result<v8::Local<'s, v8::Value>, OpError> {
    let component = Component::from_number(component).ok_or_else(|| OpError::type_error("no such component"))?;
    let mut url = Url::parse(&href).map_err(|_| OpError::type_error("Invalid URL string."))?;
    set_component(&mut url, component, &value);
    write_components(&url, &mut components)?;
    href_string(scope, &url)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(input: &str) -> Url {
        parse(input, None).unwrap()
    }

    #[test]
    fn words_are_positions_in_the_href() {
        let url = url("https://user:pass@example.com:1234/foo/bar?baz#quux");
        let href = url.as_str();
        let [scheme, username, host, host_end, port, path, search, hash, flags] =
            component_words(&url).map(|word| word as usize);
        assert_eq!(&href[..scheme], "https");
        assert_eq!(&href[scheme + 3..username], "user");
        assert_eq!(&href[username + 1..host - 1], "pass");
        assert_eq!(&href[host..host_end], "example.com");
        assert_eq!(port, 1234);
        assert_eq!(&href[path..search], "/foo/bar");
        assert_eq!(&href[search..hash], "?baz");
        assert_eq!(&href[hash..], "#quux");
        assert_eq!(flags, 3);
    }

    #[test]
    fn a_host_that_others_need_is_not_emptied() {
        for href in ["data://user@host/a", "data://:secret@host/a", "data://host:8080/a"] {
            for value in ["", "?", "#", "/", "\t?x"] {
                for component in [Component::Host, Component::Hostname] {
                    let mut url = url(href);
                    set_component(&mut url, component, value);
                    assert_eq!(url.as_str(), href, "{value:?}");
                }
            }
        }
        let mut url = url("data://host/a");
        set_component(&mut url, Component::Host, "?");
        assert_eq!(url.as_str(), "data:///a");
    }

    #[test]
    fn a_path_does_not_become_a_host() {
        let mut url = url("a:/b?c#d");
        set_component(&mut url, Component::Pathname, "//x//");
        assert_eq!(url.as_str(), "a:/.//x//?c#d");
        assert_eq!(url.path(), "//x//");
        set_component(&mut url, Component::Pathname, "/y");
        assert_eq!(url.as_str(), "a:/y?c#d");
    }

    #[test]
    fn missing_components_are_omitted() {
        let words = component_words(&url("data:text/plain,x"));
        assert_eq!(words[4], OMITTED);
        assert_eq!(words[6], OMITTED);
        assert_eq!(words[7], OMITTED);
        assert_eq!(words[8], 0);
    }

    #[test]
    fn a_base_is_parsed_too() {
        assert_eq!(parse("../b?c", Some("https://example.com/x/a/")).unwrap().as_str(), "https://example.com/x/b?c");
        assert_eq!(parse("///other.org/x", Some("https://example.com/a")).unwrap().as_str(), "https://other.org/x");
        assert_eq!(parse("b", Some("nonsense")), None);
        assert_eq!(parse("https://example.com/", Some("nonsense")), None);
    }

    #[test]
    fn hrefs_are_ascii() {
        for input in ["https://b\u{fc}cher.example/\u{e9}?\u{e9}#\u{e9}", "x://h\u{e9}/", "x:\u{e9}"] {
            assert!(url(input).as_str().is_ascii(), "{input}");
        }
    }

    #[test]
    fn setters_follow_the_standard() {
        let mut url = url("https://example.com:8080/a?b#c");
        for (component, value, href) in [
            (Component::Port, "", "https://example.com/a?b#c"),
            (Component::Port, "99999", "https://example.com/a?b#c"),
            (Component::Protocol, "mailto", "https://example.com/a?b#c"),
            (Component::Protocol, "http:", "http://example.com/a?b#c"),
            (Component::Host, "other.org:81", "http://other.org:81/a?b#c"),
            (Component::Hostname, "", "http://other.org:81/a?b#c"),
            (Component::Username, "me", "http://me@other.org:81/a?b#c"),
            (Component::Password, "p w", "http://me:p%20w@other.org:81/a?b#c"),
            (Component::Pathname, "x y", "http://me:p%20w@other.org:81/x%20y?b#c"),
            (Component::Search, "", "http://me:p%20w@other.org:81/x%20y#c"),
            (Component::Hash, "", "http://me:p%20w@other.org:81/x%20y"),
        ] {
            set_component(&mut url, component, value);
            assert_eq!(url.as_str(), href, "{component:?} = {value:?}");
        }
    }
}
