//! SQL as text.

/// Whether a text has no statement in it, by hosted's reckoning: lines of space, and comments after some space.
pub fn is_blank(sql: &str) -> bool {
    if sql.starts_with(|c: char| c.is_ascii_alphabetic()) {
        return false;
    }
    sql.lines().all(|line| {
        let text = line.trim();
        text.is_empty() || (text.starts_with("--") && line.starts_with(char::is_whitespace))
    })
}

/// The statements of a text, each with its semicolon if it has one, without the space and the comments between.
/// A semicolon within a string, an identifier, a comment or the body of a trigger ends nothing.
pub fn statements(sql: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut start = None;
    let mut words = Words::default();
    let mut rest = sql;
    while let Some((token, length)) = token(rest) {
        let place = sql.len() - rest.len();
        rest = &rest[length..];
        match token {
            Token::Nothing => continue,
            Token::Semicolon if words.ends() => {
                if let Some(start) = start.take() {
                    found.push(&sql[start..place + length]);
                }
                words = Words::default();
                continue;
            }
            Token::Semicolon => {}
            Token::Word => words.add(&sql[place..place + length]),
            Token::Other => words.other(),
        }
        start.get_or_insert(place);
    }
    if let Some(start) = start {
        found.push(sql[start..].trim_end());
    }
    found
}

enum Token {
    /// Space or a comment.
    Nothing,
    Semicolon,
    Word,
    Other,
}

/// The first token of a text, and its length.
fn token(text: &str) -> Option<(Token, usize)> {
    let first = text.chars().next()?;
    let until = |end: &str, after: usize| text[after..].find(end).map_or(text.len(), |place| after + place + end.len());
    Some(match first {
        ';' => (Token::Semicolon, 1),
        '\'' | '"' | '`' => (Token::Other, until(first.encode_utf8(&mut [0; 4]), 1)),
        '[' => (Token::Other, until("]", 1)),
        '-' if text.starts_with("--") => (Token::Nothing, until("\n", 2)),
        '/' if text.starts_with("/*") => (Token::Nothing, until("*/", 2)),
        _ if first.is_whitespace() => (Token::Nothing, first.len_utf8()),
        _ if is_word(first) => (Token::Word, text.find(|c| !is_word(c)).unwrap_or(text.len())),
        _ => (Token::Other, first.len_utf8()),
    })
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_' || c == '$'
}

/// Follows the words of one statement, to know the end of a trigger: `CREATE [TEMP] TRIGGER ... ; END;`, as
/// `sqlite3_complete()` does.
#[derive(Default)]
struct Words {
    count: usize,
    create: bool,
    trigger: bool,
    after_semicolon: bool,
    end: bool,
}

impl Words {
    fn add(&mut self, word: &str) {
        let is = |name: &str| word.eq_ignore_ascii_case(name);
        match self.count {
            0 if is("explain") => return,
            0 => self.create = is("create"),
            1 if is("temp") || is("temporary") => return,
            1 => self.trigger = self.create && is("trigger"),
            _ => {}
        }
        self.count += 1;
        self.end = self.after_semicolon && is("end");
        self.after_semicolon = false;
    }

    fn other(&mut self) {
        self.count = self.count.max(2);
        self.after_semicolon = false;
        self.end = false;
    }

    /// A semicolon: whether it ends the statement.
    fn ends(&mut self) -> bool {
        self.after_semicolon = true;
        !self.trigger || self.end
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statements_end_at_their_own_semicolons() {
        let sql = "-- a; comment\nSELECT ';' AS \"a;b\", `c;`, [d;] /* ; */; ;\n\nINSERT INTO t VALUES ('it''s;') ;SELECT 1 -- x";
        let expected =
            ["SELECT ';' AS \"a;b\", `c;`, [d;] /* ; */;", "INSERT INTO t VALUES ('it''s;') ;", "SELECT 1 -- x"];
        assert_eq!(statements(sql), expected);
        assert!(statements(" -- nothing\n;;").is_empty());
    }

    #[test]
    fn a_trigger_is_one_statement() {
        let trigger = "CREATE TRIGGER a AFTER INSERT ON t BEGIN SELECT CASE WHEN 1 THEN 2 END; DELETE FROM t; END;";
        let sql = format!("{trigger} SELECT 1;");
        assert_eq!(statements(&sql), [trigger, "SELECT 1;"]);
    }

    #[test]
    fn blank_is_what_hosted_drops() {
        assert!(is_blank("") && is_blank("  \n -- x\n") && is_blank("\n\n"));
        assert!(!is_blank("-- x") && !is_blank("select 1"));
    }
}
