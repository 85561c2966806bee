package lab;

import java.io.ByteArrayInputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;

/** The lab's throw-away certificate, as Java's own TLS takes it. */
final class Certificates {
    private Certificates() {}

    /** Key and certificate out of key.pem and cert.pem, under an empty password. */
    static KeyStore keyStore(Path tls) throws Exception {
        String key = Files.readString(tls.resolve("key.pem")).replaceAll("-----[^-]+-----|\\s", "");
        PrivateKey secret = KeyFactory.getInstance("EC").generatePrivate(new PKCS8EncodedKeySpec(Base64.getDecoder().decode(key)));
        byte[] pem = Files.readAllBytes(tls.resolve("cert.pem"));
        Certificate certificate = CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(pem));
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        store.setKeyEntry("lab", secret, new char[0], new Certificate[] {certificate});
        return store;
    }
}
