//! Messages of DNS (RFC 1035): a question made, an answer read.

use serde::Serialize;
use simple_dns::rdata::RData;
use simple_dns::{CLASS, Name, Packet, PacketFlag, QCLASS, QTYPE, Question, RCODE, TYPE};

/// Why a name is not resolved, by the codes of c-ares, which are Node's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.code())]
pub(super) enum Failure {
    NoData,
    Format,
    Server,
    NotFound,
    NotImplemented,
    Refused,
    BadName,
    BadResponse,
    Timeout,
    Connection,
}

impl Failure {
    pub(super) fn code(self) -> &'static str {
        match self {
            Self::NoData => "ENODATA",
            Self::Format => "EFORMERR",
            Self::Server => "ESERVFAIL",
            Self::NotFound => "ENOTFOUND",
            Self::NotImplemented => "ENOTIMP",
            Self::Refused => "EREFUSED",
            Self::BadName => "EBADNAME",
            Self::BadResponse => "EBADRESP",
            Self::Timeout => "ETIMEOUT",
            Self::Connection => "ECONNREFUSED",
        }
    }
}

/// A record, as `resolveAny` describes it.
#[derive(Debug, PartialEq, Serialize)]
#[serde(tag = "type")]
pub(super) enum Record {
    A {
        address: String,
        ttl: u32,
    },
    #[serde(rename = "AAAA")]
    Aaaa {
        address: String,
        ttl: u32,
    },
    #[serde(rename = "CNAME")]
    Cname {
        value: String,
    },
    #[serde(rename = "NS")]
    Ns {
        value: String,
    },
    #[serde(rename = "PTR")]
    Ptr {
        value: String,
    },
    #[serde(rename = "MX")]
    Mx {
        exchange: String,
        priority: u16,
    },
    #[serde(rename = "TXT")]
    Txt {
        entries: Vec<String>,
    },
    #[serde(rename = "SRV")]
    Srv {
        name: String,
        port: u16,
        priority: u16,
        weight: u16,
    },
    #[serde(rename = "SOA")]
    Soa {
        nsname: String,
        hostmaster: String,
        serial: u32,
        refresh: i32,
        retry: i32,
        expire: i32,
        minttl: u32,
    },
    #[serde(rename = "CAA")]
    Caa {
        critical: u8,
        tag: String,
        value: String,
    },
    #[serde(rename = "NAPTR")]
    Naptr {
        flags: String,
        service: String,
        regexp: String,
        replacement: String,
        order: u16,
        preference: u16,
    },
}

/// The type of record of this name; `None` for one that is not known.
pub(super) fn record_type(name: &str) -> Option<QTYPE> {
    Some(match name {
        "A" => TYPE::A.into(),
        "AAAA" => TYPE::AAAA.into(),
        "CNAME" => TYPE::CNAME.into(),
        "NS" => TYPE::NS.into(),
        "PTR" => TYPE::PTR.into(),
        "MX" => TYPE::MX.into(),
        "TXT" => TYPE::TXT.into(),
        "SRV" => TYPE::SRV.into(),
        "SOA" => TYPE::SOA.into(),
        "CAA" => TYPE::CAA.into(),
        "NAPTR" => TYPE::NAPTR.into(),
        "ANY" => QTYPE::ANY,
        _ => return None,
    })
}

/// The message that asks for a name's records.
pub(super) fn question(id: u16, name: &str, kind: QTYPE) -> Result<Vec<u8>, Failure> {
    let name = Name::new(name.strip_suffix('.').unwrap_or(name)).map_err(|_| Failure::BadName)?;
    let mut packet = Packet::new_query(id);
    packet.set_flags(PacketFlag::RECURSION_DESIRED);
    packet.questions.push(Question::new(name, kind, QCLASS::CLASS(CLASS::IN), false));
    packet.build_bytes_vec().map_err(|_| Failure::BadName)
}

/// What a message says to a question.
#[derive(Debug, PartialEq)]
pub(super) enum Answer {
    /// It is the answer to something else: to be ignored.
    Foreign,
    /// It was cut: to be asked for over TCP.
    Truncated,
    Records(Vec<Record>),
}

fn lossy(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn record(data: &RData<'_>, ttl: u32) -> Option<Record> {
    Some(match data {
        RData::A(a) => Record::A { address: std::net::Ipv4Addr::from(a.address).to_string(), ttl },
        RData::AAAA(aaaa) => Record::Aaaa { address: std::net::Ipv6Addr::from(aaaa.address).to_string(), ttl },
        RData::CNAME(name) => Record::Cname { value: name.0.to_string() },
        RData::NS(name) => Record::Ns { value: name.0.to_string() },
        RData::PTR(name) => Record::Ptr { value: name.0.to_string() },
        RData::MX(mx) => Record::Mx { exchange: mx.exchange.to_string(), priority: mx.preference },
        RData::TXT(txt) => Record::Txt { entries: txt.iter_raw().map(|(key, value)| entry(key, value)).collect() },
        RData::SRV(srv) => {
            Record::Srv { name: srv.target.to_string(), port: srv.port, priority: srv.priority, weight: srv.weight }
        }
        RData::SOA(soa) => Record::Soa {
            nsname: soa.mname.to_string(),
            hostmaster: soa.rname.to_string(),
            serial: soa.serial,
            refresh: soa.refresh,
            retry: soa.retry,
            expire: soa.expire,
            minttl: soa.minimum,
        },
        RData::CAA(caa) => Record::Caa { critical: caa.flag, tag: caa.tag.to_string(), value: lossy(&caa.value) },
        RData::NAPTR(naptr) => Record::Naptr {
            flags: naptr.flags.to_string(),
            service: naptr.services.to_string(),
            regexp: naptr.regexp.to_string(),
            replacement: naptr.replacement.to_string(),
            order: naptr.order,
            preference: naptr.preference,
        },
        _ => return None,
    })
}

/// Reads the answer to a question.
pub(super) fn read(message: &[u8], id: u16, kind: QTYPE) -> Result<Answer, Failure> {
    // Whose answer it is, before what it says: a forged one must not end the waiting.
    if message.get(..2) != Some(&id.to_be_bytes()) {
        return Ok(Answer::Foreign);
    }
    let packet = Packet::parse(message).map_err(|_| Failure::BadResponse)?;
    if !packet.has_flags(PacketFlag::RESPONSE) {
        return Ok(Answer::Foreign);
    }
    if packet.has_flags(PacketFlag::TRUNCATION) {
        return Ok(Answer::Truncated);
    }
    match packet.rcode() {
        RCODE::NoError => {}
        RCODE::FormatError => return Err(Failure::Format),
        RCODE::NameError => return Err(Failure::NotFound),
        RCODE::NotImplemented => return Err(Failure::NotImplemented),
        RCODE::Refused => return Err(Failure::Refused),
        _ => return Err(Failure::Server),
    }
    let records: Vec<Record> = packet
        .answers
        .iter()
        .filter(|answer| answer.match_qtype(kind))
        .filter_map(|answer| record(&answer.rdata, answer.ttl))
        .collect();
    if records.is_empty() { Err(Failure::NoData) } else { Ok(Answer::Records(records)) }
}

fn entry(key: &[u8], value: Option<&[u8]>) -> String {
    match value {
        Some(value) => format!("{}={}", lossy(key), lossy(value)),
        None => lossy(key),
    }
}

#[cfg(test)]
mod tests {
    use simple_dns::ResourceRecord;
    use simple_dns::rdata::{MX, TXT};

    use super::*;

    fn reply(change: impl FnOnce(&mut Packet<'_>)) -> Vec<u8> {
        let mut packet = Packet::new_reply(7);
        change(&mut packet);
        packet.build_bytes_vec().unwrap()
    }

    fn name() -> Name<'static> {
        Name::new_unchecked("a.test")
    }

    #[test]
    fn questions_name_what_they_ask_for() {
        let message = question(0x1234, "a.test.", record_type("MX").unwrap()).unwrap();
        assert_eq!(message[..4], [0x12, 0x34, 1, 0]);
        assert!(message.ends_with(b"\x01a\x04test\x00\x00\x0f\x00\x01"));
        assert_eq!(question(1, &"a".repeat(64), QTYPE::ANY), Err(Failure::BadName));
        assert_eq!(record_type("MXX"), None);
    }

    #[test]
    fn answers_are_read_and_others_ignored() {
        let mx = record_type("MX").unwrap();
        let message = reply(|packet| {
            let data = RData::MX(MX { preference: 5, exchange: name() });
            packet.answers.push(ResourceRecord::new(name(), CLASS::IN, 60, data));
            let data = RData::TXT(TXT::new().with_string("k=v").unwrap());
            packet.answers.push(ResourceRecord::new(name(), CLASS::IN, 60, data));
        });
        let expected = Record::Mx { exchange: "a.test".to_owned(), priority: 5 };
        assert_eq!(read(&message, 7, mx), Ok(Answer::Records(vec![expected])));
        assert_eq!(read(&message, 8, mx), Ok(Answer::Foreign));
        assert_eq!(read(&message, 7, record_type("SRV").unwrap()), Err(Failure::NoData));
        let Ok(Answer::Records(all)) = read(&message, 7, QTYPE::ANY) else { panic!("no records") };
        assert_eq!(all[1], Record::Txt { entries: vec!["k=v".to_owned()] });
    }

    #[test]
    fn failures_have_their_codes() {
        for (rcode, code) in
            [(RCODE::NameError, "ENOTFOUND"), (RCODE::ServerFailure, "ESERVFAIL"), (RCODE::Refused, "EREFUSED")]
        {
            let message = reply(|packet| *packet.rcode_mut() = rcode);
            assert_eq!(read(&message, 7, QTYPE::ANY).unwrap_err().code(), code);
        }
        let cut = reply(|packet| packet.set_flags(PacketFlag::TRUNCATION));
        assert_eq!(read(&cut, 7, QTYPE::ANY), Ok(Answer::Truncated));
        assert_eq!(read(&[0, 7, 0xff], 7, QTYPE::ANY), Err(Failure::BadResponse));
        assert_eq!(read(&[], 7, QTYPE::ANY), Ok(Answer::Foreign));
    }
}
