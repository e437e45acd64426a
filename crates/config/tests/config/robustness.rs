//! Whatever is in the file, reading it ends with a manifest or diagnostics: nothing panics.

use crate::{env, options};
use selvedge_config::{Style, parse};

const TOML: &str = include_str!("samples/full.toml");
const JSON: &str = include_str!("samples/full.jsonc");

fn read(text: &str, name: &str) {
    for options in [options(), env("staging"), env("é")] {
        match parse(text, name, &options) {
            Ok(loaded) => {
                for warning in loaded.warnings {
                    let _ = warning.render(Style::Colour);
                }
            }
            Err(error) => {
                assert!(!error.render(Style::Plain).is_empty());
                assert!(!error.to_string().is_empty());
            }
        }
    }
}

/// A small generator (xorshift): the tests need variety that is the same in every run, not randomness.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % bound.max(1) as u64).unwrap()
    }
}

#[test]
fn the_samples_are_taken() {
    for (text, name) in [(TOML, "wrangler.toml"), (JSON, "wrangler.jsonc")] {
        for options in [options(), env("staging")] {
            if let Err(error) = parse(text, name, &options) {
                panic!("{}", error.render(Style::Plain));
            }
        }
    }
}

#[test]
fn a_truncated_file_never_panics() {
    for (text, name) in [(TOML, "wrangler.toml"), (JSON, "wrangler.jsonc")] {
        for (at, _) in text.char_indices().step_by(3) {
            read(&text[..at], name);
        }
    }
}

#[test]
fn a_mutated_file_never_panics() {
    const PIECES: [&str; 24] = [
        "\"",
        "'",
        "[",
        "]",
        "{",
        "}",
        "=",
        ":",
        ",",
        "\n",
        "\r",
        "\t",
        "#",
        "//",
        "/*",
        "é",
        "\u{0}",
        "\u{2028}",
        "null",
        "true",
        "-1",
        "1e999",
        "1979-05-27",
        "\"\"",
    ];
    let mut random = Random(0x5e1_edbe);
    for (text, name) in [(TOML, "wrangler.toml"), (JSON, "wrangler.jsonc")] {
        let places: Vec<usize> = text.char_indices().map(|(at, _)| at).collect();
        for _ in 0..400 {
            let mut mutated = text.to_owned();
            for _ in 0..=random.below(3) {
                let mut at = places[random.below(places.len())].min(mutated.len());
                while !mutated.is_char_boundary(at) {
                    at -= 1;
                }
                let mut end = (at + random.below(12)).min(mutated.len());
                while !mutated.is_char_boundary(end) {
                    end -= 1;
                }
                mutated.replace_range(at..end.max(at), PIECES[random.below(PIECES.len())]);
            }
            read(&mutated, name);
        }
    }
}

#[test]
fn every_value_may_have_every_type() {
    let values = ["null", "true", "-1", "1.5", "\"\"", "\"x\"", "[]", "[1]", "[[]]", "{}", "{\"a\": {}}"];
    for line in JSON.lines().filter(|line| line.contains("\": ")) {
        let (key, _) = line.split_once("\": ").unwrap();
        for value in values {
            let changed = JSON.replacen(line, &format!("{key}\": {value},"), 1);
            read(&changed, "wrangler.json");
        }
    }
}

#[test]
fn deep_nesting_never_overflows() {
    for depth in [50, 500, 50_000] {
        read(&format!("{{\"vars\": {}1{}}}", "[".repeat(depth), "]".repeat(depth)), "wrangler.json");
        read(&format!("vars = {{ a = {}1{} }}", "[".repeat(depth), "]".repeat(depth)), "wrangler.toml");
    }
}
