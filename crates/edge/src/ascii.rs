//! Sets of bytes, looked up in a table: one step for each byte of a host or a target, however many there are in the set.

/// The ASCII letters and digits, and these.
pub(crate) const fn alphanumeric_or(marks: &[u8]) -> [bool; 256] {
    let mut set = [false; 256];
    let mut at = 0;
    while at < set.len() {
        set[at] = (at as u8).is_ascii_alphanumeric();
        at += 1;
    }
    at = 0;
    while at < marks.len() {
        set[marks[at] as usize] = true;
        at += 1;
    }
    set
}
