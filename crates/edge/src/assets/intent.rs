//! Which asset a path means.
//!
//! These are the rules of Cloudflare's own asset server, branch for branch: what looks redundant
//! below tells apart requests that hosted tells apart. They are asked about names only, so they are
//! tested without a file.

use http::StatusCode;

use super::config::{AssetsConfig, HtmlHandling, NotFoundHandling};

/// What a path means.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Intent {
    /// The asset of this name, with this status.
    Asset(String, StatusCode),
    /// Ask again, there.
    Redirect(String),
}

/// What `path` (decoded) means, given which assets exist.
pub(super) fn intent(path: &str, config: &AssetsConfig, exists: &dyn Fn(&str) -> bool) -> Option<Intent> {
    let resolver = Resolver { config, exists, may_redirect: true };
    resolver.resolve(path).or_else(|| resolver.not_found(path))
}

struct Resolver<'a> {
    config: &'a AssetsConfig,
    exists: &'a dyn Fn(&str) -> bool,
    may_redirect: bool,
}

impl Resolver<'_> {
    fn resolve(&self, path: &str) -> Option<Intent> {
        match self.config.html_handling {
            HtmlHandling::AutoTrailingSlash => self.auto_trailing_slash(path),
            HtmlHandling::ForceTrailingSlash => self.force_trailing_slash(path),
            HtmlHandling::DropTrailingSlash => self.drop_trailing_slash(path),
            HtmlHandling::None => self.asset(path),
        }
    }

    fn asset(&self, path: &str) -> Option<Intent> {
        (self.exists)(path).then(|| Intent::Asset(path.to_owned(), StatusCode::OK))
    }

    /// To `destination`, if `file` is what would be served there.
    fn redirect(&self, file: &str, destination: &str) -> Option<Intent> {
        if !self.may_redirect || (self.exists)(destination) || !(self.exists)(file) {
            return None;
        }
        let there = Resolver { may_redirect: false, ..*self }.resolve(destination);
        matches!(there, Some(Intent::Asset(found, _)) if found == file)
            .then(|| Intent::Redirect(destination.to_owned()))
    }

    fn auto_trailing_slash(&self, path: &str) -> Option<Intent> {
        if let Some(folder) = path.strip_suffix("/index") {
            if let Some(exact) = self.asset(path) {
                return Some(exact);
            }
            let found = self
                .redirect(&format!("{path}.html"), &format!("{folder}/"))
                .or_else(|| self.redirect(&format!("{folder}.html"), folder));
            if found.is_some() {
                return found;
            }
        } else if let Some(folder) = path.strip_suffix("/index.html") {
            let found =
                self.redirect(path, &format!("{folder}/")).or_else(|| self.redirect(&format!("{folder}.html"), folder));
            if found.is_some() {
                return found;
            }
        } else if let Some(folder) = path.strip_suffix('/') {
            let found =
                self.asset(&format!("{path}index.html")).or_else(|| self.redirect(&format!("{folder}.html"), folder));
            if found.is_some() {
                return found;
            }
        } else if let Some(page) = path.strip_suffix(".html") {
            let found =
                self.redirect(path, page).or_else(|| self.redirect(&format!("{page}/index.html"), &format!("{page}/")));
            if found.is_some() {
                return found;
            }
        }
        self.asset(path)
            .or_else(|| self.asset(&format!("{path}.html")))
            .or_else(|| self.redirect(&format!("{path}/index.html"), &format!("{path}/")))
    }

    fn force_trailing_slash(&self, path: &str) -> Option<Intent> {
        if let Some(folder) = path.strip_suffix("/index") {
            if let Some(exact) = self.asset(path) {
                return Some(exact);
            }
            let slashed = format!("{folder}/");
            let found = self
                .redirect(&format!("{path}.html"), &slashed)
                .or_else(|| self.redirect(&format!("{folder}.html"), &slashed));
            if found.is_some() {
                return found;
            }
        } else if let Some(folder) = path.strip_suffix("/index.html") {
            let slashed = format!("{folder}/");
            let found = self.redirect(path, &slashed).or_else(|| self.redirect(&format!("{folder}.html"), &slashed));
            if found.is_some() {
                return found;
            }
        } else if let Some(folder) = path.strip_suffix('/') {
            let found = self.asset(&format!("{path}index.html")).or_else(|| self.asset(&format!("{folder}.html")));
            if found.is_some() {
                return found;
            }
        } else if let Some(page) = path.strip_suffix(".html") {
            let slashed = format!("{page}/");
            let found = self
                .redirect(path, &slashed)
                .or_else(|| self.asset(path))
                .or_else(|| self.redirect(&format!("{page}/index.html"), &slashed));
            if found.is_some() {
                return found;
            }
        }
        let slashed = format!("{path}/");
        self.asset(path)
            .or_else(|| self.redirect(&format!("{path}.html"), &slashed))
            .or_else(|| self.redirect(&format!("{path}/index.html"), &slashed))
    }

    fn drop_trailing_slash(&self, path: &str) -> Option<Intent> {
        if let Some(folder) = path.strip_suffix("/index") {
            let found = self.asset(path).or_else(|| {
                if folder.is_empty() {
                    return self.redirect("/index.html", "/");
                }
                self.redirect(&format!("{folder}.html"), folder)
                    .or_else(|| self.redirect(&format!("{path}.html"), folder))
            });
            if found.is_some() {
                return found;
            }
        } else if let Some(folder) = path.strip_suffix("/index.html") {
            let found = if folder.is_empty() {
                self.redirect("/index.html", "/")
            } else {
                self.redirect(path, folder)
                    .or_else(|| self.asset(path))
                    .or_else(|| self.redirect(&format!("{folder}.html"), folder))
            };
            if found.is_some() {
                return found;
            }
        } else if let Some(folder) = path.strip_suffix('/') {
            let found = if folder.is_empty() {
                self.asset("/index.html")
            } else {
                self.redirect(&format!("{folder}.html"), folder)
                    .or_else(|| self.redirect(&format!("{folder}/index.html"), folder))
            };
            if found.is_some() {
                return found;
            }
        } else if let Some(page) = path.strip_suffix(".html") {
            let found = self.redirect(path, page).or_else(|| self.redirect(&format!("{page}/index.html"), page));
            if found.is_some() {
                return found;
            }
        }
        self.asset(path)
            .or_else(|| self.asset(&format!("{path}.html")))
            .or_else(|| self.asset(&format!("{path}/index.html")))
    }

    fn not_found(&self, path: &str) -> Option<Intent> {
        match self.config.not_found_handling {
            NotFoundHandling::None => None,
            NotFoundHandling::SinglePageApplication => self.asset("/index.html"),
            NotFoundHandling::Page404 => {
                let mut folder = path;
                while let Some(end) = folder.rfind('/') {
                    folder = &folder[..end];
                    let page = format!("{folder}/404.html");
                    if (self.exists)(&page) {
                        return Some(Intent::Asset(page, StatusCode::NOT_FOUND));
                    }
                }
                None
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILES: [&str; 8] = [
        "/index.html",
        "/file.html",
        "/folder/index.html",
        "/both.html",
        "/both/index.html",
        "/logo.png",
        "/404.html",
        "/folder/404.html",
    ];

    fn ask(html: HtmlHandling, not_found: NotFoundHandling, path: &str) -> String {
        let config = AssetsConfig { html_handling: html, not_found_handling: not_found, ..AssetsConfig::default() };
        match intent(path, &config, &|name| FILES.contains(&name)) {
            Some(Intent::Asset(name, StatusCode::OK)) => name,
            Some(Intent::Asset(name, status)) => format!("{} {name}", status.as_u16()),
            Some(Intent::Redirect(to)) => format!("-> {to}"),
            None => "none".to_owned(),
        }
    }

    /// The table of
    /// <https://developers.cloudflare.com/workers/static-assets/routing/advanced/html-handling/>.
    #[test]
    fn html_handling() {
        use HtmlHandling::{AutoTrailingSlash, DropTrailingSlash, ForceTrailingSlash};
        for (path, auto, force, drop) in [
            ("/", "/index.html", "/index.html", "/index.html"),
            ("/index", "-> /", "-> /", "-> /"),
            ("/index.html", "-> /", "-> /", "-> /"),
            ("/file", "/file.html", "-> /file/", "/file.html"),
            ("/file.html", "-> /file", "-> /file/", "-> /file"),
            ("/file/", "-> /file", "/file.html", "-> /file"),
            ("/file/index", "-> /file", "-> /file/", "-> /file"),
            ("/file/index.html", "-> /file", "-> /file/", "-> /file"),
            ("/folder", "-> /folder/", "-> /folder/", "/folder/index.html"),
            ("/folder.html", "-> /folder/", "-> /folder/", "-> /folder"),
            ("/folder/", "/folder/index.html", "/folder/index.html", "-> /folder"),
            ("/folder/index", "-> /folder/", "-> /folder/", "-> /folder"),
            ("/folder/index.html", "-> /folder/", "-> /folder/", "-> /folder"),
            ("/both", "/both.html", "-> /both/", "/both.html"),
            ("/both.html", "-> /both", "/both.html", "-> /both"),
            ("/both/", "/both/index.html", "/both/index.html", "-> /both"),
            ("/both/index.html", "-> /both/", "-> /both/", "/both/index.html"),
            ("/logo.png", "/logo.png", "/logo.png", "/logo.png"),
            ("/nothing", "none", "none", "none"),
        ] {
            let ask = |html| ask(html, NotFoundHandling::None, path);
            assert_eq!(ask(AutoTrailingSlash), auto, "auto {path}");
            assert_eq!(ask(ForceTrailingSlash), force, "force {path}");
            assert_eq!(ask(DropTrailingSlash), drop, "drop {path}");
        }
        assert_eq!(ask(HtmlHandling::None, NotFoundHandling::None, "/"), "none");
        assert_eq!(ask(HtmlHandling::None, NotFoundHandling::None, "/file.html"), "/file.html");
    }

    #[test]
    fn not_found_handling() {
        let ask = |handling, path| ask(HtmlHandling::AutoTrailingSlash, handling, path);
        assert_eq!(ask(NotFoundHandling::SinglePageApplication, "/app/route"), "/index.html");
        assert_eq!(ask(NotFoundHandling::Page404, "/nothing"), "404 /404.html");
        assert_eq!(ask(NotFoundHandling::Page404, "/folder/deep/nothing"), "404 /folder/404.html");
        assert_eq!(ask(NotFoundHandling::Page404, "/other/nothing"), "404 /404.html");
    }
}
