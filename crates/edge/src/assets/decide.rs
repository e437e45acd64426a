//! Who answers a request of a project with both assets and a Worker.
//!
//! <https://developers.cloudflare.com/workers/static-assets/routing/worker-script/>

use regex::Regex;

/// Who answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answerer {
    /// The assets, also if they have nothing but a 404.
    Assets,
    /// The Worker.
    Worker,
}

/// `assets.run_worker_first`.
#[derive(Clone, Debug, Default)]
pub enum RunWorkerFirst {
    /// `false`: the Worker answers what the assets cannot.
    #[default]
    Never,
    /// `true`: the Worker answers everything.
    Always,
    /// Patterns of paths: `/api/*` goes to the Worker, `!/api/docs/*` goes to the assets all the
    /// same.
    Rules {
        /// To the Worker first.
        worker: Vec<Regex>,
        /// To the assets in any case.
        assets: Vec<Regex>,
    },
}

impl RunWorkerFirst {
    /// From a list of patterns, in which `*` stands for anything and `!` in front makes an
    /// exception.
    ///
    /// # Errors
    /// What is wrong with which pattern, in a sentence.
    pub fn from_patterns<P: AsRef<str>>(patterns: &[P]) -> Result<Self, String> {
        const MAX_RULES: usize = 100;
        const MAX_LENGTH: usize = 100;
        if patterns.len() > MAX_RULES {
            return Err(format!("run_worker_first has {} rules; up to {MAX_RULES} are supported", patterns.len()));
        }
        let (mut worker, mut assets) = (Vec::new(), Vec::new());
        for pattern in patterns.iter().map(AsRef::as_ref) {
            let (list, path) = match pattern.strip_prefix('!') {
                Some(path) => (&mut assets, path),
                None => (&mut worker, pattern),
            };
            if !path.starts_with('/') {
                return Err(format!(
                    "run_worker_first rule \"{pattern}\" must start with / (or with !/ for an exception)"
                ));
            }
            if pattern.len() > MAX_LENGTH {
                return Err(format!("run_worker_first rule \"{pattern}\" is longer than {MAX_LENGTH} characters"));
            }
            let source = path.split('*').map(regex::escape).collect::<Vec<_>>().join(".*");
            list.push(
                Regex::new(&format!("^{source}$"))
                    .map_err(|error| format!("run_worker_first rule \"{pattern}\": {error}"))?,
            );
        }
        if worker.is_empty() && !assets.is_empty() {
            return Err("run_worker_first has only exceptions; give at least one rule without !".to_owned());
        }
        Ok(Self::Rules { worker, assets })
    }
}

/// Decides who answers. `assets_can` tells whether the assets have an answer
/// ([`super::Assets::can_serve`]); it is asked only if that matters.
pub fn decide(has_worker: bool, first: &RunWorkerFirst, path: &str, assets_can: impl FnOnce() -> bool) -> Answerer {
    if !has_worker {
        return Answerer::Assets;
    }
    match first {
        RunWorkerFirst::Always => return Answerer::Worker,
        RunWorkerFirst::Rules { assets, .. } if assets.iter().any(|rule| rule.is_match(path)) => {
            return Answerer::Assets;
        }
        RunWorkerFirst::Rules { worker, .. } if worker.iter().any(|rule| rule.is_match(path)) => {
            return Answerer::Worker;
        }
        RunWorkerFirst::Never | RunWorkerFirst::Rules { .. } => {}
    }
    if assets_can() { Answerer::Assets } else { Answerer::Worker }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_answers() {
        let rules = RunWorkerFirst::from_patterns(&["/api/*", "/exact", "!/api/docs/*"]).unwrap();
        for (first, path, can, expected) in [
            (&RunWorkerFirst::Never, "/x", true, Answerer::Assets),
            (&RunWorkerFirst::Never, "/x", false, Answerer::Worker),
            (&RunWorkerFirst::Always, "/x", true, Answerer::Worker),
            (&rules, "/api/x", true, Answerer::Worker),
            (&rules, "/api/docs/x", false, Answerer::Assets),
            (&rules, "/exact", true, Answerer::Worker),
            (&rules, "/exactly", true, Answerer::Assets),
            (&rules, "/exactly", false, Answerer::Worker),
        ] {
            assert_eq!(decide(true, first, path, || can), expected, "{first:?} {path} {can}");
            assert_eq!(decide(false, first, path, || can), Answerer::Assets);
        }
    }

    #[test]
    fn bad_rules() {
        for patterns in [&["api/*"][..], &["!api"], &["!/api/*"], &[&"/x".repeat(60)]] {
            assert!(RunWorkerFirst::from_patterns(patterns).is_err(), "{patterns:?}");
        }
        assert!(RunWorkerFirst::from_patterns(&vec!["/x"; 101]).is_err());
    }
}
