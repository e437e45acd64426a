//! URL records: the `url` crate's, brought to the standard where it differs.
//!
//! Files' URLs are parsed apart ([`super::file`]). Of the others the crate leaves a few things as they were before the
//! standard changed, and its setter of paths loses the mark of a path that looks like a host.

use url::{Url, quirks};

use super::file::FileUrl;

/// How many 32-bit words tell where the components are.
pub(super) const WORDS: usize = 9;

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

/// A URL, as JavaScript keeps it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Record {
    pub(super) href: String,
    /// Where its components are, in the order in which `url.js` reads them.
    pub(super) words: [u32; WORDS],
}

impl Record {
    fn new(url: Url) -> Self {
        let words = component_words(&url);
        Self { href: url.into(), words }
    }

    fn of_file(url: &FileUrl) -> Self {
        let (href, places) = url.serialize();
        let [path, query, fragment] =
            places.map(|place| place.and_then(|at| u32::try_from(at).ok()).unwrap_or(OMITTED));
        let words = [4, 7, 7, path, OMITTED, path, query, fragment, HAS_AUTHORITY];
        Self { href, words }
    }
}

/// What the standard's parser takes away first: control characters and spaces around, tabs and newlines within.
fn cleaned(input: &str) -> String {
    let trimmed = input.trim_matches(|c: char| c <= ' ');
    trimmed.chars().filter(|c| !matches!(c, '\t' | '\n' | '\r')).collect()
}

/// What follows the scheme and its colon, if the input is a `file:` URL.
fn after_file_scheme(input: &str) -> Option<&str> {
    let (scheme, rest) = input.split_at_checked(5)?;
    scheme.eq_ignore_ascii_case("file:").then_some(rest)
}

fn has_scheme(input: &str) -> bool {
    let Some((scheme, _)) = input.split_once(':') else { return false };
    scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'))
}

/// Whether this is, or may be, a `file:` URL: most are told from it by their first character.
fn may_be_file(input: &str) -> bool {
    input.starts_with(|c: char| c <= ' ' || matches!(c, 'f' | 'F'))
}

/// A `file:` URL, from a whole one or against one.
fn parse_file(input: &str, base: Option<&str>) -> Option<FileUrl> {
    let base = match base {
        Some(base) if may_be_file(base) => {
            let base = cleaned(base);
            match after_file_scheme(&base) {
                Some(rest) => Some(FileUrl::parse(rest, None)?),
                None => None,
            }
        }
        _ => None,
    };
    let input = cleaned(input);
    match after_file_scheme(&input) {
        Some(rest) => FileUrl::parse(rest, base.as_ref()),
        None => FileUrl::parse(&input, Some(&base?)),
    }
}

/// Whether parsing leads to a `file:` URL.
fn is_file(input: &str, base: Option<&str>) -> bool {
    let is_base_file = base.is_some_and(|base| may_be_file(base) && after_file_scheme(&cleaned(base)).is_some());
    if !is_base_file && !may_be_file(input) {
        return false;
    }
    let input = cleaned(input);
    after_file_scheme(&input).is_some() || (is_base_file && !has_scheme(&input))
}

/// What the parser leaves as it was before the standard changed: a space before the query or fragment of an opaque
/// path, and `^` in other paths, are percent-encoded.
fn conform(url: Url) -> Url {
    let path = url.path();
    let path = if url.cannot_be_a_base() {
        let Some(rest) = path.strip_suffix(' ') else { return url };
        format!("{rest}%20")
    } else if path.contains('^') {
        path.replace('^', "%5E")
    } else {
        return url;
    };
    with_path(&url, &path).unwrap_or(url)
}

/// The URL with another path, which is in its final form.
fn with_path(url: &Url, path: &str) -> Option<Url> {
    let href = format!("{}{path}{}", &url[..url::Position::BeforePath], &url[url::Position::AfterPath..]);
    Url::parse(&href).ok()
}

pub(super) fn parse(input: &str, base: Option<&str>) -> Option<Record> {
    if is_file(input, base) {
        // A base has to be valid, even where it is of no use.
        if base.is_some_and(|base| !is_file(base, None) && Url::parse(base).is_err()) {
            return None;
        }
        return parse_file(input, base).map(|url| Record::of_file(&url));
    }
    let url = parse_other(input, base)?;
    Some(Record::new(conform(url)))
}

fn parse_other(input: &str, base: Option<&str>) -> Option<Url> {
    let url = match base {
        None => Url::parse(input).ok(),
        Some(base) => {
            let base = Url::parse(base).ok()?;
            base.join(input).ok().or_else(|| parse_with_extra_slashes(input, &base))
        }
    };
    // Hosts of other schemes are opaque: nothing in them is decoded.
    url.filter(|url| !url.is_special() || !url.domain().is_some_and(is_encoded_twice))
}

/// Whether a label of a domain decodes to one that is encoded again, which no label may be (UTS #46, section 4.1,
/// criterion 4); the parser does not look.
fn is_encoded_twice(domain: &str) -> bool {
    let encoded = |label: &str| label.strip_prefix("xn--").filter(|rest| rest.starts_with("xn--")).map(str::to_owned);
    let mut twice = domain.split('.').filter_map(encoded);
    twice.any(|rest| idna::punycode::decode_to_string(&rest).is_some_and(|label| label.starts_with("xn--")))
}

/// "///host" against an http URL: the standard ignores the slashes past the second
/// (<https://url.spec.whatwg.org/#special-authority-ignore-slashes-state>), the parser does so only after a scheme.
fn parse_with_extra_slashes(input: &str, base: &Url) -> Option<Url> {
    let trimmed = input.trim_start_matches(|c: char| c <= ' ');
    let slashes = trimmed.chars().take_while(|c| matches!(c, '/' | '\\')).count();
    let special = matches!(base.scheme(), "http" | "https" | "ws" | "wss" | "ftp");
    if special && slashes > 2 { Url::parse(&format!("{}:{trimmed}", base.scheme())).ok() } else { None }
}

/// Which component a setter changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Component {
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
    pub(super) fn from_number(number: u32) -> Option<Self> {
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

/// A path for a URL that is not special, where the parser's own setter differs from the standard.
fn set_plain_path(url: &Url, value: &str) -> Option<Url> {
    if url.has_authority() {
        return if value.is_empty() { with_path(url, "") } else { None };
    }
    // As of a URL with a host, and then marked as a path where it looks like one.
    let mut other = Url::parse(&format!("{}://h/", url.scheme())).ok()?;
    quirks::set_pathname(&mut other, value);
    let path = if other.path().is_empty() { "/" } else { other.path() };
    let start = format!("{}:", url.scheme());
    let mark = if path.starts_with("//") { "/." } else { "" };
    Url::parse(&format!("{start}{mark}{path}{}", &url[url::Position::AfterPath..])).ok()
}

fn is_special(url: &Url) -> bool {
    matches!(url.scheme(), "http" | "https" | "ws" | "wss" | "ftp" | "file")
}

/// Applies a setter to an href. None if that is none.
pub(super) fn set(href: &str, component: Component, value: &str) -> Option<Record> {
    if is_file(href, None) {
        return set_of_file(href, component, value);
    }
    let mut url = Url::parse(href).ok()?;
    let plain = !is_special(&url) && !url.cannot_be_a_base();
    if plain
        && component == Component::Pathname
        && let Some(url) = set_plain_path(&url, value)
    {
        return Some(Record::new(conform(url)));
    }
    let marked = plain && !url.has_authority() && url[url::Position::AfterScheme..].starts_with(":/.//");
    set_component(&mut url, component, value);
    if marked && url.has_authority() {
        // With a host the path needs no mark.
        url = Url::parse(&url.as_str().replacen("/.//", "//", 1)).unwrap_or(url);
    }
    let url = conform(url);
    // One that has become a file's.
    if is_file(url.as_str(), None) { parse(url.as_str(), None) } else { Some(Record::new(url)) }
}

fn set_of_file(href: &str, component: Component, value: &str) -> Option<Record> {
    let mut url = parse_file(href, None)?;
    match component {
        Component::Protocol => {
            let scheme = value.split(':').next().unwrap_or_default().to_ascii_lowercase();
            let is_special = matches!(scheme.as_str(), "http" | "https" | "ws" | "wss" | "ftp");
            if is_special && !url.host().is_empty() {
                return parse(&format!("{scheme}{}", href.get(4..)?), None);
            }
        }
        // A file's URL has none of these.
        Component::Username | Component::Password | Component::Port => {}
        Component::Host | Component::Hostname => url.set_host(value),
        Component::Pathname => url.set_path(value),
        Component::Search => url.set_query(value),
        Component::Hash => url.set_fragment(value),
    }
    Some(Record::of_file(&url))
}

/// Whether an empty host is set where credentials or a port need one: "?" and the like, which the library takes as empty
/// but does not refuse; or a port without a host (<https://url.spec.whatwg.org/#host-state>).
fn would_lose_host(url: &Url, value: &str) -> bool {
    let first = value.chars().find(|c| !matches!(c, '\t' | '\n' | '\r'));
    if first == Some(':') {
        return true;
    }
    let empty = matches!(first, None | Some('/' | '?' | '#'));
    empty && (!url.username().is_empty() || url.password().is_some() || url.port().is_some())
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
            quirks::set_pathname(url, value);
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

#[cfg(test)]
mod tests {
    use super::*;

    fn url(input: &str) -> Url {
        parse_other(input, None).unwrap()
    }

    #[test]
    fn a_label_that_is_encoded_twice_is_refused() {
        assert!(parse_other("https://xn--xn---epa/", None).is_none());
        assert!(parse_other("https://a.xn--xn--a--gua.pt/", None).is_none());
        assert!(parse_other("https://xn--bcher-kva.example/", None).is_some());
        assert!(parse_other("data://xn--xn--xn--/", None).is_some(), "an opaque host is no domain");
    }

    #[test]
    fn a_host_that_others_need_is_not_emptied() {
        for href in ["data://user@host/a", "data://:secret@host/a", "data://host:8080/a"] {
            for value in ["", "?", "#", "/", "\t?x", ":65536", ":1"] {
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
    fn missing_components_are_omitted() {
        let words = component_words(&url("data:text/plain,x"));
        assert_eq!(words[4], OMITTED);
        assert_eq!(words[6], OMITTED);
        assert_eq!(words[7], OMITTED);
        assert_eq!(words[8], 0);
    }

    #[test]
    fn a_base_is_parsed_too() {
        assert_eq!(parse("../b?c", Some("https://example.com/x/a/")).unwrap().href, "https://example.com/x/b?c");
        assert_eq!(parse("///other.org/x", Some("https://example.com/a")).unwrap().href, "https://other.org/x");
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

    #[test]
    fn files_have_the_words_of_the_parser() {
        for href in ["file:///a/b?c#d", "file://host/a", "file:///"] {
            assert_eq!(parse(href, None).unwrap(), Record::new(url(href)), "{href}");
        }
        assert_eq!(parse(" FILE:a\tb ", None).unwrap().href, "file:///ab");
        assert_eq!(parse("x", Some("file:///a/b")).unwrap().href, "file:///a/x");
        assert_eq!(parse("http://h/", Some("file:///a")).unwrap().href, "http://h/");
        assert_eq!(parse("file:///a", Some("nonsense")), None);
    }

    #[test]
    fn paths_are_set_as_the_standard_says() {
        for (href, component, value, expected) in [
            ("non-spec:/.//p", Component::Hostname, "h", "non-spec://h//p"),
            ("foo:///some/path", Component::Pathname, "", "foo://"),
            ("non-spec:/", Component::Pathname, "//p", "non-spec:/.//p"),
            ("non-spec:/.//", Component::Pathname, "p", "non-spec:/p"),
            ("data:space%20?query", Component::Search, "", "data:space%20"),
            ("file:///unicorn", Component::Pathname, "//monkey/..//", "file://///"),
            ("file://h/p", Component::Protocol, "https", "https://h/p"),
            ("file:///p", Component::Protocol, "https", "file:///p"),
            ("file:///p", Component::Port, "1", "file:///p"),
            ("https://h/", Component::Pathname, "a^b", "https://h/a%5Eb"),
        ] {
            assert_eq!(set(href, component, value).unwrap().href, expected, "{href} {component:?} = {value:?}");
        }
        assert_eq!(parse("x:a  ?b", None).unwrap().href, "x:a %20?b");
    }
}
