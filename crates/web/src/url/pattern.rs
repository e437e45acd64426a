//! The URL Pattern Standard (<https://urlpattern.spec.whatwg.org/>): patterns to regular expressions, and URLs to the
//! components that these are matched with.
//!
//! The `urlpattern` crate parses. Its regular expressions are JavaScript's: they go out as text, are compiled once by
//! the constructor, and matching never comes here. The crate's own matchers are used for one thing only, to see whether
//! a pattern's protocol may be a special scheme.

use selvedge_ops::{OpError, op};
use url::Url;
use urlpattern::component::Component;
use urlpattern::quirks::{self, EcmaRegexp, StringOrInit};
use urlpattern::regexp::RegExp;
use urlpattern::{RegexSyntax, UrlPattern, UrlPatternInit, UrlPatternOptions};

/// How many members a URLPatternInit has: eight components and `baseURL`.
const MEMBERS: usize = 9;

/// A regular expression in JavaScript's syntax, which JavaScript checks.
struct Expression {
    pattern: String,
    flags: String,
}

impl RegExp for Expression {
    fn syntax() -> RegexSyntax {
        RegexSyntax::EcmaScript
    }

    fn parse(pattern: &str, flags: &str, _force_eval: bool) -> Result<Self, ()> {
        Ok(Self { pattern: pattern.to_owned(), flags: flags.to_owned() })
    }

    fn matches<'a>(&self, text: &'a str) -> Option<Vec<Option<&'a str>>> {
        EcmaRegexp::parse(&self.pattern, &self.flags, false).ok()?.matches(text)
    }

    fn pattern_string(&self) -> &str {
        &self.pattern
    }
}

/// A component: as a pattern, as a regular expression, and the names of its groups.
type CompiledComponent = (String, String, Vec<String>);

fn compiled(component: Component<Expression>) -> CompiledComponent {
    let expression = component.regexp.map(|expression| expression.pattern).unwrap_or_default();
    (component.pattern_string, expression, component.group_name_list)
}

fn invalid(error: &urlpattern::Error) -> OpError {
    OpError::type_error(format!("Failed to construct 'URLPattern': {error}."))
}

/// The members of a URLPatternInit, in the order of `url-pattern.js`. None of another number.
fn init(members: Vec<Option<String>>) -> Option<quirks::UrlPatternInit> {
    let members: [Option<String>; MEMBERS] = members.try_into().ok()?;
    let [protocol, username, password, hostname, port, pathname, search, hash, base_url] = members;
    Some(quirks::UrlPatternInit { protocol, username, password, hostname, port, pathname, search, hash, base_url })
}

fn pattern_init(
    pattern: Option<String>,
    members: Vec<Option<String>>,
    base: Option<&str>,
) -> Result<UrlPatternInit, urlpattern::Error> {
    match (pattern, init(members)) {
        (Some(pattern), _) => {
            let base = base.map(Url::parse).transpose().map_err(urlpattern::Error::Url)?;
            UrlPatternInit::parse_constructor_string::<Expression>(&pattern, base)
        }
        (None, Some(init)) => quirks::process_construct_pattern_input(StringOrInit::Init(init), base),
        (None, None) => quirks::process_construct_pattern_input(StringOrInit::Init(Default::default()), base),
    }
}

/// Parses a pattern: its eight components, and whether one has a regular expression of the author's.
#[op]
pub(crate) fn op_url_pattern_parse(
    pattern: Option<String>,
    members: Vec<Option<String>>,
    base: Option<String>,
    ignore_case: bool,
) -> Result<(Vec<CompiledComponent>, bool), OpError> {
    let init = pattern_init(pattern, members, base.as_deref()).map_err(|error| invalid(&error))?;
    let options = UrlPatternOptions { regex_syntax: RegexSyntax::EcmaScript, ignore_case };
    let pattern = UrlPattern::<Expression>::parse(init, options).map_err(|error| invalid(&error))?;
    let has_groups = pattern.has_regexp_groups();
    let UrlPattern { protocol, username, password, hostname, port, pathname, search, hash } = pattern;
    let components = [protocol, username, password, hostname, port, pathname, search, hash];
    Ok((components.into_iter().map(compiled).collect(), has_groups))
}

/// The eight components of what a pattern is to be matched with: a URL, or a URLPatternInit. None if it is none.
#[op]
pub(crate) fn op_url_pattern_input(
    url: Option<String>,
    members: Vec<Option<String>>,
    base: Option<String>,
) -> Result<Option<Vec<String>>, OpError> {
    let input = match (url, init(members)) {
        (Some(url), _) => StringOrInit::String(url.into()),
        (None, init) => StringOrInit::Init(init.unwrap_or_default()),
    };
    let processed = quirks::process_match_input(input, base.as_deref());
    let processed = processed.map_err(|error| OpError::type_error(error.to_string()))?;
    Ok(processed.and_then(|(input, _)| quirks::parse_match_input(input)).map(|found| {
        vec![
            found.protocol,
            found.username,
            found.password,
            found.hostname,
            found.port,
            found.pathname,
            found.search,
            found.hash,
        ]
    }))
}
