import java.io.ByteArrayInputStream;
import java.io.FileReader;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.Security;
import java.security.cert.CertPath;
import java.security.cert.CertPathValidator;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertStore;
import java.security.cert.CertificateFactory;
import java.security.cert.CollectionCertStoreParameters;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Set;
import org.bouncycastle.asn1.ocsp.OCSPObjectIdentifiers;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.ocsp.BasicOCSPResp;
import org.bouncycastle.cert.ocsp.OCSPResp;
import org.bouncycastle.cert.ocsp.RevokedStatus;
import org.bouncycastle.cert.ocsp.SingleResp;
import org.bouncycastle.cert.ocsp.UnknownStatus;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.operator.jcajce.JcaContentVerifierProviderBuilder;
import org.bouncycastle.pkcs.PKCS10CertificationRequest;

/**
 * BouncyCastle judges chains with shards of revocation lists, OCSP responses and certification requests of ours.
 *
 * Arguments: a folder, and the moment to judge at in milliseconds. For each leaf in it: leaf-NAME.cer with NAME.ocsp and
 * a line of its expectations in expect-NAME (chain: good or revoked; status: good, revoked or unknown).
 */
public final class StatusJudge {
    private static Path folder;
    private static CertificateFactory factory;

    public static void main(String[] arguments) throws Exception {
        Security.addProvider(new BouncyCastleProvider());
        factory = CertificateFactory.getInstance("X.509", "BC");
        folder = Path.of(arguments[0]);
        Date at = new Date(Long.parseLong(arguments[1]));
        for (int place = 2; place < arguments.length; place += 3) {
            String name = arguments[place];
            require(name + " chain", arguments[place + 1].equals(chain(name, at)));
            if (!arguments[place + 2].equals("-")) {
                require(name + " status", arguments[place + 2].equals(status(name)));
            }
        }
        PKCS10CertificationRequest request = new PKCS10CertificationRequest(read("request.der"));
        require("request is proven", request.isSignatureValid(new JcaContentVerifierProviderBuilder().setProvider("BC").build(request.getSubjectPublicKeyInfo())));
    }

    private static void require(String what, boolean holds) {
        System.out.println((holds ? "OK " : "FAILED ") + what);
        if (!holds) {
            System.exit(1);
        }
    }

    private static byte[] read(String name) throws Exception {
        return Files.readAllBytes(folder.resolve(name));
    }

    private static X509Certificate certificate(String name) throws Exception {
        return (X509Certificate) factory.generateCertificate(new ByteArrayInputStream(read(name)));
    }

    private static String chain(String name, Date at) throws Exception {
        List<Object> lists = new ArrayList<>();
        for (String list : List.of("shard.crl", "root.crl")) {
            lists.add((X509CRL) factory.generateCRL(new ByteArrayInputStream(read(list))));
        }
        X509Certificate anchor = certificate("root.cer");
        PKIXParameters parameters = new PKIXParameters(Set.of(new TrustAnchor(anchor, null)));
        parameters.setRevocationEnabled(!name.equals("responder")); // nocheck: BouncyCastle does not know it
        parameters.setDate(at);
        parameters.addCertStore(CertStore.getInstance("Collection", new CollectionCertStoreParameters(lists), "BC"));
        CertPath path = factory.generateCertPath(List.of(certificate("leaf-" + name + ".cer"), certificate("issuing.cer")));
        try {
            CertPathValidator.getInstance("PKIX", "BC").validate(path, parameters);
            return "good";
        } catch (CertPathValidatorException refused) {
            return refused.getMessage().contains("revo") ? "revoked" : refused.getMessage();
        }
    }

    private static String status(String name) throws Exception {
        OCSPResp response = new OCSPResp(read(name + ".ocsp"));
        BasicOCSPResp basic = (BasicOCSPResp) response.getResponseObject();
        X509CertificateHolder responder = basic.getCerts()[0];
        JcaContentVerifierProviderBuilder builder = new JcaContentVerifierProviderBuilder().setProvider("BC");
        X509CertificateHolder issuer = new X509CertificateHolder(read("issuing.cer"));
        if (!responder.isSignatureValid(builder.build(issuer)) || !basic.isSignatureValid(builder.build(responder))) {
            return "not signed";
        }
        X509Certificate parsed = (X509Certificate) factory.generateCertificate(new ByteArrayInputStream(responder.getEncoded()));
        boolean isResponder = parsed.getExtendedKeyUsage().equals(List.of(KeyPurposeId.id_kp_OCSPSigning.getId()));
        if (!isResponder || responder.getExtension(OCSPObjectIdentifiers.id_pkix_ocsp_nocheck) == null) {
            return "no responder";
        }
        BigInteger serial = certificate("leaf-" + name + ".cer").getSerialNumber();
        SingleResp single = basic.getResponses()[0];
        if (!single.getCertID().getSerialNumber().equals(serial)) {
            return "another certificate";
        }
        Object told = single.getCertStatus();
        return told == null ? "good" : told instanceof RevokedStatus ? "revoked" : told instanceof UnknownStatus ? "unknown" : "?";
    }
}
