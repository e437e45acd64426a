//! Certificates (`crypto.X509Certificate`), read and described as OpenSSL describes them.

use std::sync::Arc;

use rsa::pkcs8::der::asn1::{Any, AnyRef};
use rsa::pkcs8::der::{Decode as _, Encode as _, Tag, Tagged as _};
use selvedge_ops::{Buffer, BufferRef, Json, OpError, op};
use selvedge_runtime::InstanceState;
use serde::Serialize;
use x509_cert::Certificate;
use x509_cert::ext::pkix::name::GeneralName;
use x509_cert::ext::pkix::{AuthorityInfoAccessSyntax, BasicConstraints, ExtendedKeyUsage, SubjectAltName};
use x509_cert::name::Name;

use super::format::certificate_key;
use super::hash::Algorithm;
use super::key::Signing;
use super::{ops_key, pem};
use crate::coded::{Coded, Result};

/// What a certificate says.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Description {
    /// Short names of attributes, and their values, in order.
    subject: Vec<(String, String)>,
    issuer: Vec<(String, String)>,
    serial_number: String,
    /// Seconds since 1970.
    valid_from: u64,
    valid_to: u64,
    /// As `subjectAltName` prints it.
    alternative_names: Option<String>,
    /// Kind (`DNS`, `IP Address`, `email`, ...) and name.
    names: Vec<(&'static str, String)>,
    info_access: Option<String>,
    key_usage: Option<Vec<String>>,
    ca: bool,
    signature_algorithm: String,
    /// Whether the subject is the issuer, by name.
    self_issued: bool,
}

fn unreadable() -> Coded {
    Coded::error("ERR_OSSL_PEM_NO_START_LINE", "error:0480006C:PEM routines::no start line")
}

/// Reads a certificate in PEM or DER.
fn read(data: &[u8]) -> Result<Certificate> {
    let text = String::from_utf8_lossy(data);
    match pem::read(&text) {
        Some(pem) => Certificate::from_der(&pem.bytes).map_err(|_| unreadable()),
        None => Certificate::from_der(data).map_err(|_| unreadable()),
    }
}

/// OpenSSL's short name of an attribute.
fn attribute(oid: &str) -> String {
    match oid {
        "2.5.4.3" => "CN",
        "2.5.4.4" => "SN",
        "2.5.4.5" => "serialNumber",
        "2.5.4.6" => "C",
        "2.5.4.7" => "L",
        "2.5.4.8" => "ST",
        "2.5.4.9" => "street",
        "2.5.4.10" => "O",
        "2.5.4.11" => "OU",
        "2.5.4.12" => "title",
        "2.5.4.15" => "businessCategory",
        "2.5.4.17" => "postalCode",
        "2.5.4.42" => "GN",
        "0.9.2342.19200300.100.1.1" => "UID",
        "0.9.2342.19200300.100.1.25" => "DC",
        "1.2.840.113549.1.9.1" => "emailAddress",
        "1.3.6.1.4.1.311.60.2.1.1" => "jurisdictionL",
        "1.3.6.1.4.1.311.60.2.1.2" => "jurisdictionST",
        "1.3.6.1.4.1.311.60.2.1.3" => "jurisdictionC",
        oid => oid,
    }
    .to_owned()
}

fn text(value: &Any) -> String {
    let bytes = value.value();
    match value.tag() {
        Tag::BmpString => {
            let units: Vec<u16> =
                bytes.chunks(2).map(|pair| u16::from_be_bytes([pair[0], pair.get(1).copied().unwrap_or(0)])).collect();
            String::from_utf16_lossy(&units)
        }
        Tag::TeletexString => bytes.iter().map(|byte| char::from(*byte)).collect(),
        _ => String::from_utf8_lossy(bytes).into_owned(),
    }
}

fn attributes(name: &Name) -> Vec<(String, String)> {
    name.iter().map(|pair| (attribute(&pair.oid.to_string()), text(&pair.value))).collect()
}

/// An address as OpenSSL prints it.
fn address(bytes: &[u8]) -> String {
    if let Ok(bytes) = <[u8; 4]>::try_from(bytes) {
        return std::net::Ipv4Addr::from(bytes).to_string();
    }
    if bytes.len() == 16 {
        let groups: Vec<String> =
            bytes.chunks(2).map(|pair| format!("{:X}", u16::from_be_bytes([pair[0], pair[1]]))).collect();
        return groups.join(":");
    }
    "<invalid>".to_owned()
}

/// A name as a list prints it: in JSON's quotes when it could be taken for more than one
/// (<https://nodejs.org/en/blog/vulnerability/jan-2022-security-releases>).
fn quoted(name: &str) -> String {
    let plain = name.bytes().all(|byte| (b' '..=b'~').contains(&byte) && !matches!(byte, b'"' | b'\\' | b',' | b'\''));
    if plain { name.to_owned() } else { serde_json_text(name) }
}

fn serde_json_text(name: &str) -> String {
    let mut text = String::from("\"");
    for c in name.chars() {
        match c {
            '"' => text.push_str("\\\""),
            '\\' => text.push_str("\\\\"),
            ' '..='~' => text.push(c),
            _ => {
                for unit in c.encode_utf16(&mut [0; 2]) {
                    text.push_str(&format!("\\u{unit:04x}"));
                }
            }
        }
    }
    text.push('"');
    text
}

fn general(name: &GeneralName) -> (&'static str, String) {
    match name {
        GeneralName::DnsName(name) => ("DNS", name.to_string()),
        GeneralName::Rfc822Name(name) => ("email", name.to_string()),
        GeneralName::UniformResourceIdentifier(uri) => ("URI", uri.to_string()),
        GeneralName::IpAddress(bytes) => ("IP Address", address(bytes.as_bytes())),
        GeneralName::RegisteredId(oid) => ("Registered ID", oid.to_string()),
        GeneralName::DirectoryName(name) => {
            let parts: Vec<String> =
                attributes(name).into_iter().map(|(kind, value)| format!("{kind} = {value}")).collect();
            ("DirName", parts.join(", "))
        }
        GeneralName::OtherName(_) => ("othername", "<unsupported>".to_owned()),
        GeneralName::EdiPartyName(_) => ("EdiPartyName", "<unsupported>".to_owned()),
    }
}

fn access_method(oid: &str) -> &str {
    match oid {
        "1.3.6.1.5.5.7.48.1" => "OCSP",
        "1.3.6.1.5.5.7.48.2" => "CA Issuers",
        oid => oid,
    }
}

fn describe(certificate: &Certificate) -> Description {
    let body = certificate.tbs_certificate();
    let names = body.get_extension::<SubjectAltName>().ok().flatten().map(|(_, names)| names.0);
    let listed: Option<Vec<(&'static str, String)>> = names.map(|names| names.iter().map(general).collect());
    let access = body.get_extension::<AuthorityInfoAccessSyntax>().ok().flatten().map(|(_, access)| access.0);
    let usage = body.get_extension::<ExtendedKeyUsage>().ok().flatten().map(|(_, usage)| usage.0);
    let constraints = body.get_extension::<BasicConstraints>().ok().flatten();
    let serial = body.serial_number().as_bytes();
    let first = serial.iter().position(|byte| *byte != 0).unwrap_or(serial.len().saturating_sub(1));
    Description {
        subject: attributes(body.subject()),
        issuer: attributes(body.issuer()),
        serial_number: serial[first..].iter().map(|byte| format!("{byte:02X}")).collect(),
        valid_from: body.validity().not_before.to_unix_duration().as_secs(),
        valid_to: body.validity().not_after.to_unix_duration().as_secs(),
        alternative_names: listed.as_ref().map(|listed| {
            let parts: Vec<String> = listed.iter().map(|(kind, name)| format!("{kind}:{}", quoted(name))).collect();
            parts.join(", ")
        }),
        names: listed.unwrap_or_default(),
        info_access: access.map(|access| {
            let lines = access.iter().map(|entry| {
                let (kind, place) = general(&entry.access_location);
                format!("{} - {kind}:{}", access_method(&entry.access_method.to_string()), quoted(&place))
            });
            lines.collect::<Vec<_>>().join("\n")
        }),
        key_usage: usage.map(|usage| usage.iter().map(ToString::to_string).collect()),
        ca: constraints.is_some_and(|(_, constraints)| constraints.ca),
        signature_algorithm: certificate.signature_algorithm().oid.to_string(),
        self_issued: body.subject() == body.issuer(),
    }
}

/// How a certificate is signed, by its algorithm (RFC 5758, RFC 8410, RFC 4055).
fn signing(oid: &str, parameters: Option<AnyRef<'_>>) -> Option<Signing> {
    let with = |hash, padding| Some(Signing { hash, padding, salt_length: None, fixed: false });
    match oid {
        "1.2.840.113549.1.1.4" => with(Some(Algorithm::Md5), None),
        "1.2.840.113549.1.1.5" | "1.2.840.10045.4.1" => with(Some(Algorithm::Sha1), None),
        "1.2.840.113549.1.1.14" | "1.2.840.10045.4.3.1" => with(Some(Algorithm::Sha224), None),
        "1.2.840.113549.1.1.11" | "1.2.840.10045.4.3.2" => with(Some(Algorithm::Sha256), None),
        "1.2.840.113549.1.1.12" | "1.2.840.10045.4.3.3" => with(Some(Algorithm::Sha384), None),
        "1.2.840.113549.1.1.13" | "1.2.840.10045.4.3.4" => with(Some(Algorithm::Sha512), None),
        "1.2.840.113549.1.1.10" => with(Some(super::pss::PssLimits::from_der(parameters?).ok()?.hash), Some(6)),
        "1.3.101.112" => with(None, None),
        _ => None,
    }
}

/// Reads a certificate: what it says, and its DER.
#[op]
pub(crate) fn op_node_x509_read(data: BufferRef<'_>) -> Result<(Json<Description>, Buffer)> {
    let certificate = read(&data)?;
    let der = certificate.to_der().map_err(|_| unreadable())?;
    Ok((Json(describe(&certificate)), Buffer(der)))
}

/// The number of a certificate's public key.
#[op]
pub(crate) fn op_node_x509_key(#[context] instance: Arc<InstanceState>, data: BufferRef<'_>) -> Result<u32, OpError> {
    instance.resources().add_weighing(certificate_key(&read(&data)?)?, ops_key::KEY)
}

/// Whether a certificate is signed with the private half of a key.
#[op]
pub(crate) fn op_node_x509_verify(
    #[context] instance: Arc<InstanceState>,
    data: BufferRef<'_>,
    id: u32,
) -> Result<bool, OpError> {
    let certificate = read(&data)?;
    let key = ops_key::key(&instance, id)?;
    let algorithm = certificate.signature_algorithm();
    let parameters = algorithm.parameters.as_ref().map(AnyRef::from);
    let signed = certificate.tbs_certificate().to_der().map_err(|_| unreadable())?;
    let (Some(signing), Some(signature)) =
        (signing(&algorithm.oid.to_string(), parameters), certificate.signature().as_bytes())
    else {
        return Ok(false);
    };
    Ok(key.verify(signing, &signed, false, signature).unwrap_or(false))
}
