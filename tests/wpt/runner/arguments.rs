//! The command line.

use std::process::exit;

pub(crate) const HELP: &str = "\
Runs the Web Platform Tests and compares with what is expected of them.

  cargo test -p selvedge-wpt --test wpt -- [OPTIONS] [FILTER]...

FILTER      only files whose path contains one of these texts
--update    write what is seen into tests/wpt/expectations, for you to give each new failure its reason
--report    write docs/conformance.md (after a run of everything)
--sources   take Selvedge's own JavaScript from the checkout as it is now, rather than from this build
--verbose   print every subtest that fails, expected or not
--list      print the files and end
";

#[derive(Debug, Default)]
pub(crate) struct Arguments {
    pub(crate) filters: Vec<String>,
    pub(crate) update: bool,
    pub(crate) report: bool,
    pub(crate) sources: bool,
    pub(crate) verbose: bool,
    pub(crate) list: bool,
}

impl Arguments {
    pub(crate) fn read() -> Self {
        let mut arguments = Self::default();
        for argument in std::env::args().skip(1) {
            match argument.as_str() {
                "--update" => arguments.update = true,
                "--report" => arguments.report = true,
                "--sources" => arguments.sources = true,
                "--verbose" => arguments.verbose = true,
                "--list" => arguments.list = true,
                "--help" | "-h" => {
                    print!("{HELP}");
                    exit(0);
                }
                // What `cargo test -- ...` passes to every test program of the workspace.
                "--nocapture" | "--quiet" | "-q" => {}
                filter if !filter.starts_with('-') => arguments.filters.push(filter.to_owned()),
                unknown => {
                    eprint!("unknown option {unknown}\n\n{HELP}");
                    exit(2);
                }
            }
        }
        arguments
    }

    pub(crate) fn selects(&self, file: &str) -> bool {
        self.filters.is_empty() || self.filters.iter().any(|filter| file.contains(filter.as_str()))
    }
}
