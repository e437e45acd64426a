//! node:dns against a name server on this machine.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use selvedge_node::{NameServers, NodeCompat, NodeLevel};
use simple_dns::rdata::{A, AAAA, CAA, CNAME, MX, NAPTR, NS, PTR, RData, SOA, SRV, TXT};
use simple_dns::{CLASS, CharacterString, Name, Packet, PacketFlag, QTYPE, RCODE, ResourceRecord, TYPE};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, UdpSocket};

use crate::harness::{Harness, Test};

pub(crate) const TESTS: &[(&str, Test)] = &[
    ("dns::records_of_every_kind", |h| Box::pin(records_of_every_kind(h))),
    ("dns::failures_have_their_codes", |h| Box::pin(failures_have_their_codes(h))),
    ("dns::lookup_asks_the_system", |h| Box::pin(lookup_asks_the_system(h))),
];

fn name(text: &'static str) -> Name<'static> {
    Name::new_unchecked(text)
}

fn text(text: &'static str) -> CharacterString<'static> {
    CharacterString::new(text.as_bytes()).unwrap()
}

/// What `a.test` has.
fn records() -> Vec<RData<'static>> {
    vec![
        RData::A(A::from(Ipv4Addr::new(192, 0, 2, 1))),
        RData::AAAA(AAAA::from("2001:db8::1".parse::<std::net::Ipv6Addr>().unwrap())),
        RData::CNAME(CNAME(name("c.test"))),
        RData::NS(NS(name("ns.test"))),
        RData::MX(MX { preference: 10, exchange: name("mail.test") }),
        RData::TXT(TXT::new().with_char_string(text("one=1")).with_char_string(text("two"))),
        RData::SRV(SRV { priority: 1, weight: 2, port: 3, target: name("srv.test") }),
        RData::SOA(SOA {
            mname: name("ns.test"),
            rname: name("root.test"),
            serial: 1,
            refresh: 2,
            retry: 3,
            expire: 4,
            minimum: 5,
        }),
        RData::CAA(CAA { flag: 128, tag: text("issue"), value: b"ca.test".as_slice().into() }),
        RData::NAPTR(NAPTR {
            order: 1,
            preference: 2,
            flags: text("s"),
            services: text("SIP+D2U"),
            regexp: text(""),
            replacement: name("sip.test"),
        }),
    ]
}

/// The answer to a message; over UDP that for `big.test` is cut.
fn answer(message: &[u8], udp: bool) -> Vec<u8> {
    let query = Packet::parse(message).unwrap();
    let question = query.questions[0].clone();
    let asked = question.qname.to_string();
    let mut reply = Packet::new_reply(query.id());
    reply.questions.push(question.clone());
    match asked.as_str() {
        "a.test" => {
            for data in records() {
                let record = ResourceRecord::new(name("a.test"), CLASS::IN, 60, data);
                if record.match_qtype(question.qtype) {
                    reply.answers.push(record);
                }
            }
        }
        "big.test" if udp => reply.set_flags(PacketFlag::TRUNCATION),
        "big.test" => {
            for number in 0..200u8 {
                let data = RData::A(A::from(Ipv4Addr::new(192, 0, 2, number)));
                reply.answers.push(ResourceRecord::new(name("big.test"), CLASS::IN, 60, data));
            }
        }
        "1.2.0.192.in-addr.arpa" => {
            reply.answers.push(ResourceRecord::new(name("x"), CLASS::IN, 60, RData::PTR(PTR(name("a.test")))));
        }
        "failing.test" => *reply.rcode_mut() = RCODE::ServerFailure,
        "refused.test" => *reply.rcode_mut() = RCODE::Refused,
        "empty.test" => {}
        _ => *reply.rcode_mut() = RCODE::NameError,
    }
    assert!(question.qtype == QTYPE::ANY || question.qtype != QTYPE::TYPE(TYPE::OPT));
    reply.build_bytes_vec().unwrap()
}

/// A name server; it ends with the test's runtime.
async fn serve() -> SocketAddr {
    let tcp = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = tcp.local_addr().unwrap();
    let udp = UdpSocket::bind(address).await.unwrap();
    tokio::spawn(async move {
        let mut message = [0; 512];
        while let Ok((length, from)) = udp.recv_from(&mut message).await {
            if message[..length].windows(6).any(|part| part == b"silent") {
                continue;
            }
            // One that answers something else comes first, as a forger would have it.
            let mut forged = answer(&message[..length], true);
            forged[0] ^= 0xff;
            udp.send_to(&forged, from).await.unwrap();
            udp.send_to(&answer(&message[..length], true), from).await.unwrap();
        }
    });
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = tcp.accept().await {
            let mut message = vec![0; usize::from(stream.read_u16().await.unwrap())];
            stream.read_exact(&mut message).await.unwrap();
            let reply = answer(&message, false);
            stream.write_u16(u16::try_from(reply.len()).unwrap()).await.unwrap();
            stream.write_all(&reply).await.unwrap();
        }
    });
    address
}

async fn shown(harness: &Harness, body: &str) -> serde_json::Value {
    let server = serve().await;
    let source = format!(
        "import dns from 'node:dns';
         import promises, {{ Resolver }} from 'node:dns/promises';
         const code = (promise) => promise.then(() => 'nothing', (error) => `${{error.message}} (${{error.code}} ${{error.syscall}} ${{error.hostname}})`);
         export default {{ async fetch() {{ return Response.json(await (async () => {{ {body} }})()); }} }};"
    );
    let worker = harness.worker_with(&source, |options| {
        options.node = Some(NodeCompat { level: NodeLevel::V2, process_env: true });
        options.extensions.insert(Arc::new(NameServers(vec![server])));
    });
    serde_json::from_str(&worker.text("/").await).unwrap()
}

async fn records_of_every_kind(harness: Harness) {
    let found = shown(
        &harness,
        "const name = 'a.test';
         return {
           resolve4: await promises.resolve4(name), ttl: await promises.resolve4(name, { ttl: true }), resolve6: await promises.resolve6(name),
           resolve: await promises.resolve(name), resolveMx: await promises.resolve(name, 'MX'),
           mx: await promises.resolveMx(name), txt: await promises.resolveTxt(name), cname: await promises.resolveCname(name), ns: await promises.resolveNs(name),
           srv: await promises.resolveSrv(name), soa: await promises.resolveSoa(name), caa: await promises.resolveCaa(name), naptr: await promises.resolveNaptr(name),
           any: (await promises.resolveAny(name)).map((record) => record.type), reverse: await promises.reverse('192.0.2.1'),
           callback: await new Promise((resolve) => dns.resolve4(name, (error, found) => resolve([error, found]))),
           resolver: await new Resolver({ timeout: 1000, tries: 1 }).resolve4(name),
           classic: await new Promise((resolve) => new dns.Resolver().resolveTxt(name, (error, found) => resolve(found))),
           big: (await promises.resolve4('big.test')).length,
           servers: dns.getServers().length === 1 && dns.getServers()[0].startsWith('127.0.0.1:'),
         };",
    )
    .await;
    let expected = serde_json::json!({
        "resolve4": ["192.0.2.1"], "ttl": [{ "address": "192.0.2.1", "ttl": 60 }], "resolve6": ["2001:db8::1"],
        "resolve": ["192.0.2.1"], "resolveMx": [{ "exchange": "mail.test", "priority": 10 }],
        "mx": [{ "exchange": "mail.test", "priority": 10 }], "txt": [["one=1", "two"]],
        "cname": ["c.test"], "ns": ["ns.test"],
        "srv": [{ "name": "srv.test", "port": 3, "priority": 1, "weight": 2 }],
        "soa": { "nsname": "ns.test", "hostmaster": "root.test", "serial": 1, "refresh": 2, "retry": 3, "expire": 4, "minttl": 5 },
        "caa": [{ "critical": 128, "issue": "ca.test" }],
        "naptr": [{ "flags": "s", "service": "SIP+D2U", "regexp": "", "replacement": "sip.test", "order": 1, "preference": 2 }],
        "any": ["A", "AAAA", "CNAME", "NS", "MX", "TXT", "SRV", "SOA", "CAA", "NAPTR"], "reverse": ["a.test"],
        "callback": [null, ["192.0.2.1"]], "resolver": ["192.0.2.1"], "classic": [["one=1", "two"]],
        "big": 200, "servers": true,
    });
    assert_eq!(found, expected);
}

async fn failures_have_their_codes(harness: Harness) {
    let found = shown(
        &harness,
        "const patient = new Resolver({ timeout: 30, tries: 1 });
         const kind = (body) => { try { body(); return 'nothing'; } catch (error) { return error.code; } };
         return [
           await code(promises.resolve4('none.test')), await code(promises.resolveMx('empty.test')), await code(promises.resolve('refused.test', 'TXT')),
           await code(patient.resolve4('silent.test')), await code(patient.resolve4('failing.test')), await code(promises.reverse('192.0.2.9')),
           await code(promises.resolve4('a'.repeat(64) + '.test')),
           kind(() => dns.resolve4('a.test')), kind(() => dns.resolve4(5, () => {})), kind(() => dns.setServers(['192.0.2.1'])), kind(() => new Resolver({ tries: 0 })),
           kind(() => dns.resolve('a.test', 'NOPE', () => {})),
         ];",
    )
    .await;
    let expected = serde_json::json!([
        "queryA ENOTFOUND none.test (ENOTFOUND queryA none.test)",
        "queryMx ENODATA empty.test (ENODATA queryMx empty.test)",
        "queryTxt EREFUSED refused.test (EREFUSED queryTxt refused.test)",
        "queryA ETIMEOUT silent.test (ETIMEOUT queryA silent.test)",
        "queryA ESERVFAIL failing.test (ESERVFAIL queryA failing.test)",
        "getHostByAddr ENOTFOUND 192.0.2.9 (ENOTFOUND getHostByAddr 192.0.2.9)",
        format!("queryA EBADNAME {0}.test (EBADNAME queryA {0}.test)", "a".repeat(64)),
        "ERR_INVALID_ARG_TYPE",
        "ERR_INVALID_ARG_TYPE",
        "ERR_METHOD_NOT_IMPLEMENTED",
        "ERR_OUT_OF_RANGE",
        "ERR_INVALID_ARG_VALUE",
    ]);
    assert_eq!(found, expected);
}

async fn lookup_asks_the_system(harness: Harness) {
    let found = shown(
        &harness,
        "return [
           await promises.lookup('127.0.0.1'), await promises.lookup('::1'), (await promises.lookup('localhost', 4)), await promises.lookup('127.0.0.1', { all: true }),
           await new Promise((resolve) => dns.lookup('127.0.0.1', (error, address, family) => resolve([error, address, family]))),
           await promises.lookup(''), await code(promises.lookup('nowhere.invalid')),
         ];",
    )
    .await;
    let expected = serde_json::json!([
        { "address": "127.0.0.1", "family": 4 }, { "address": "::1", "family": 6 },
        { "address": "127.0.0.1", "family": 4 }, [{ "address": "127.0.0.1", "family": 4 }],
        [null, "127.0.0.1", 4], { "address": null, "family": 4 },
        "getaddrinfo ENOTFOUND nowhere.invalid (ENOTFOUND getaddrinfo nowhere.invalid)",
    ]);
    assert_eq!(found, expected);
}
