//! Known answers (RFCs, NIST publications), and what must hold for keys made here.

mod asymmetric;
mod support;
mod symmetric;
