//! D06: what is wrong with a file is said with its name before anything is connected. The port of these targets refuses, so a
//! connection would be told from a check.

use super::authority::Authority;
use super::tls::file;
use super::*;

fn nowhere() -> Target {
    unchecked(1)
}

/// What is said of a target with these files for `--cert` and `--key`.
async fn said(certificate: &str, key: &str) -> Trouble {
    let (certificate, key) = (file(certificate), file(key));
    let mut target = nowhere();
    target.tls.cert_file = Some(certificate.path().to_path_buf());
    target.tls.key_file = Some(key.path().to_path_buf());
    let (trouble, retry) = trouble(&target).await;
    assert!(!retry, "{trouble:?}");
    let names = [certificate.path(), key.path()].map(|path| path.display().to_string());
    assert!(names.iter().any(|name| trouble.cause.contains(name)), "no file is named: {trouble:?}");
    trouble
}

#[tokio::test]
async fn d06_each_mistake_with_certificate_and_key_has_its_words() {
    let authority = Authority::new("Test CA");
    let (mine, other) = (authority.issue(&["me"]), authority.issue(&["you"]));
    let encrypted = "-----BEGIN ENCRYPTED PRIVATE KEY-----\nMIIB\n-----END ENCRYPTED PRIVATE KEY-----\n";
    let traditional = "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,00\n\nMIIB\n-----END RSA PRIVATE KEY-----\n";
    let wrong_order = format!("{}{}", authority.pem(), mine.certificate);
    for (certificate, key, cause, remedy) in [
        (
            mine.certificate.as_str(),
            other.key.as_str(),
            "does not belong to the certificate in",
            "the key that",
        ),
        (&mine.certificate, encrypted, "is an encrypted key", "openssl pkey"),
        (&mine.certificate, traditional, "is an encrypted key", "openssl pkey"),
        (&mine.key, &mine.certificate, "has no certificate in it, only PRIVATE KEY", "swapped"),
        (&mine.certificate, &mine.certificate, "has no private key in it, only CERTIFICATE", "swapped"),
        (&wrong_order, &mine.key, "in the wrong order: the key belongs to number 2", "own certificate first"),
        (&mine.certificate, "", "is empty", "right file"),
        (&mine.certificate, "hello", "is no PEM file", "right file"),
        (
            &mine.certificate,
            "-----BEGIN PRIVATE KEY-----\n!!\n-----END PRIVATE KEY-----\n",
            "is damaged",
            "again",
        ),
        (
            &mine.certificate,
            "-----BEGIN OPENSSH PRIVATE KEY-----\nb3Bl\n-----END OPENSSH PRIVATE KEY-----\n",
            "SSH key",
            "private key",
        ),
    ] {
        let trouble = said(certificate, key).await;
        assert!(trouble.cause.contains(cause), "wanted '{cause}': {trouble:?}");
        assert!(trouble.remedy.contains(remedy), "wanted '{remedy}': {trouble:?}");
    }
}

#[tokio::test]
async fn d06_binary_forms_are_named_with_the_command_that_converts_them() {
    for (bytes, what, command) in [
        (&[0x30u8, 0x82, 9, 9, 2, 1, 3, 0x30][..], "is a PKCS#12 file", "openssl pkcs12"),
        (&[0x30, 0x82, 3, 9, 0x30, 0x82, 1, 1], "is a certificate in DER", "openssl x509"),
        (&[0x30, 0x81, 99, 2, 1, 0, 0x30, 9], "is a key in DER", "openssl pkey"),
    ] {
        let file = file("");
        std::fs::write(file.path(), bytes).unwrap();
        let mut target = nowhere();
        target.tls.ca_file = Some(file.path().to_path_buf());
        let (trouble, _) = trouble(&target).await;
        assert!(trouble.cause.starts_with("--cafile") && trouble.cause.contains(what), "{trouble:?}");
        assert!(trouble.remedy.contains(command), "{trouble:?}");
    }
}

#[tokio::test]
async fn d06_missing_and_unreadable_files_and_a_key_alone_are_named() {
    let mut missing = nowhere();
    missing.tls.ca_file = Some("/nonexistent/ca.pem".into());
    let (missing, _) = trouble(&missing).await;
    assert!(
        missing.cause.contains("/nonexistent/ca.pem: the file cannot be read: no such file"),
        "{missing:?}"
    );

    let folder = tempfile::tempdir().unwrap();
    let mut unreadable = nowhere();
    unreadable.tls.ca_file = Some(folder.path().to_path_buf());
    let (unreadable, _) = trouble(&unreadable).await;
    assert!(unreadable.cause.contains("cannot be read"), "{unreadable:?}");

    let mut alone = nowhere();
    alone.tls.key_file = Some("/nonexistent/key.pem".into());
    let (alone, _) = trouble(&alone).await;
    assert!(alone.cause.contains("is a key without a certificate"), "{alone:?}");
}

#[tokio::test]
async fn d06_a_damaged_bundle_says_which_certificate() {
    let damaged = format!(
        "{}-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
        Authority::new("x").pem()
    );
    let ca = file(&damaged);
    let mut target = nowhere();
    target.tls.ca_file = Some(ca.path().to_path_buf());
    let (trouble, _) = trouble(&target).await;
    assert!(trouble.cause.contains("is damaged at certificate 2"), "{trouble:?}");
}

#[tokio::test]
async fn a_host_that_tls_cannot_ask_for_is_refused_before_connecting() {
    let mut target = nowhere();
    target.host = "my broker".into();
    let (trouble, retry) = trouble(&target).await;
    assert!(!retry && trouble.cause.contains("'my broker'"), "{trouble:?}");
}
