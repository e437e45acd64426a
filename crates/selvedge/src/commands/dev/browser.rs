//! Opening the developer's browser.

use crate::failure;
use crate::output::Output;

/// Opens a URL. A machine without a browser is told of, and no reason to stop.
pub(super) fn open(url: &str, output: &Output) {
    if let Err(error) = open::that_detached(url) {
        output.warning(&failure::warning(format!("Cannot open a browser ({error}). The address is {url}")));
    }
}
