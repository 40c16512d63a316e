import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.Security;
import java.security.Signature;
import java.security.cert.CertPath;
import java.security.cert.CertPathValidator;
import java.security.cert.CertStore;
import java.security.cert.CertificateFactory;
import java.security.cert.CollectionCertStoreParameters;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Date;
import java.util.List;
import java.util.Set;
import org.bouncycastle.asn1.ASN1BitString;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.ASN1GeneralizedTime;
import org.bouncycastle.asn1.ASN1IA5String;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.ASN1Primitive;
import org.bouncycastle.asn1.ASN1Sequence;
import org.bouncycastle.asn1.ASN1TaggedObject;
import org.bouncycastle.asn1.ASN1UTF8String;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cms.CMSProcessableByteArray;
import org.bouncycastle.cms.CMSSignedData;
import org.bouncycastle.cms.DefaultCMSSignatureAlgorithmNameGenerator;
import org.bouncycastle.cms.SignerInformation;
import org.bouncycastle.cms.SignerInformationVerifier;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.operator.DefaultSignatureAlgorithmIdentifierFinder;
import org.bouncycastle.operator.jcajce.JcaContentVerifierProviderBuilder;
import org.bouncycastle.operator.jcajce.JcaDigestCalculatorProviderBuilder;
import org.bouncycastle.tsp.TimeStampToken;

/**
 * BouncyCastle judges what we made, without a line of ours: seal, seal signature, time-stamps, CMS, chains with CRLs.
 *
 * Arguments: the evidence folder, the SM3 hash of what the seal signature protects (hex), a file with what the second
 * signature of the licence covers, and a file with its CMS. Prints a line per check; exits 1 at the first that fails.
 */
public final class Judge {
    private static final ASN1ObjectIdentifier SM2_WITH_SM3 = new ASN1ObjectIdentifier("1.2.156.10197.1.501");
    private static Path folder;
    private static CertificateFactory factory;

    public static void main(String[] arguments) throws Exception {
        Security.addProvider(new BouncyCastleProvider());
        factory = CertificateFactory.getInstance("X.509", "BC");
        folder = Path.of(arguments[0]);
        judgeSeal(Files.readAllBytes(folder.resolve("seal.esl")));
        judgeSignature(Files.readAllBytes(folder.resolve("stamp.ses")), arguments[1]);
        judgeCms(Files.readAllBytes(Path.of(arguments[2])), Files.readAllBytes(Path.of(arguments[3])));
        judgeChain("owner.pem", "issuing-sm2", "root-sm2");
        judgeChain("seal-maker.pem", "issuing-sm2", "root-sm2");
        judgeChain("tsa-sm2.pem", "issuing-sm2", "root-sm2");
        judgeChain("licence-claim.pem", "issuing-sm2", "root-sm2");
        judgeChain("audit.pem", "issuing-sm2", "root-sm2");
        judgeChain("signer.pem", "issuing-p256", "root-p256");
        judgeChain("tsa-p256.pem", "issuing-p256", "root-p256");
    }

    private static void require(String what, boolean holds) {
        System.out.println((holds ? "OK " : "FAILED ") + what);
        if (!holds) {
            System.exit(1);
        }
    }

    private static ASN1Sequence sequence(Object encoded) {
        return ASN1Sequence.getInstance(encoded);
    }

    private static byte[] bits(Object encoded) {
        return ASN1BitString.getInstance(encoded).getOctets();
    }

    private static X509Certificate certificate(byte[] der) throws Exception {
        return (X509Certificate) factory.generateCertificate(new ByteArrayInputStream(der));
    }

    private static boolean verifies(X509Certificate signer, byte[] message, byte[] signature) throws Exception {
        Signature verifier = Signature.getInstance("SM3withSM2", "BC"); // default identity 1234567812345678
        verifier.initVerify(signer.getPublicKey());
        verifier.update(message);
        return verifier.verify(signature);
    }

    private static boolean isDer(byte[] encoded) throws Exception {
        return Arrays.equals(encoded, ASN1Primitive.fromByteArray(encoded).getEncoded(ASN1Encoding.DER));
    }

    private static ASN1Sequence judgeSeal(byte[] encoded) throws Exception {
        require("seal is DER", isDer(encoded));
        ASN1Sequence seal = sequence(encoded);
        require("seal has four members", seal.size() == 4);
        ASN1Sequence info = sequence(seal.getObjectAt(0));
        ASN1Sequence header = sequence(info.getObjectAt(0));
        require("header is ES", ASN1IA5String.getInstance(header.getObjectAt(0)).getString().equals("ES"));
        require("version is 4", ASN1Integer.getInstance(header.getObjectAt(1)).getValue().equals(BigInteger.valueOf(4)));
        String code = ASN1IA5String.getInstance(info.getObjectAt(1)).getString();
        require("esID has 14 digits", code.matches("\\d{14}"));
        ASN1Sequence property = sequence(info.getObjectAt(2));
        require("property has seven members", property.size() == 7);
        require("name is told", !ASN1UTF8String.getInstance(property.getObjectAt(1)).getString().isEmpty());
        Date start = ASN1GeneralizedTime.getInstance(property.getObjectAt(5)).getDate();
        Date end = ASN1GeneralizedTime.getInstance(property.getObjectAt(6)).getDate();
        require("validity begins before it ends", start.before(end));
        ASN1Sequence picture = sequence(info.getObjectAt(3));
        require("picture is PNG", ASN1IA5String.getInstance(picture.getObjectAt(0)).getString().equals("PNG"));
        require("picture is 42 mm wide", ASN1Integer.getInstance(picture.getObjectAt(2)).intValueExact() == 42);
        X509Certificate maker = certificate(ASN1OctetString.getInstance(seal.getObjectAt(1)).getOctets());
        require("seal names SM2 with SM3", SM2_WITH_SM3.equals(seal.getObjectAt(2)));
        byte[] signed = info.getEncoded(ASN1Encoding.DER);
        require("seal is signed by its maker", verifies(maker, signed, bits(seal.getObjectAt(3))));
        signed[signed.length - 1] ^= 1;
        require("an altered seal is not", !verifies(maker, signed, bits(seal.getObjectAt(3))));
        return seal;
    }

    private static void judgeSignature(byte[] encoded, String hash) throws Exception {
        require("seal signature is DER", isDer(encoded));
        ASN1Sequence signature = sequence(encoded);
        ASN1Sequence tbs = sequence(signature.getObjectAt(0));
        byte[] seal = sequence(tbs.getObjectAt(1)).getEncoded(ASN1Encoding.DER);
        require("it holds the very seal", Arrays.equals(seal, Files.readAllBytes(folder.resolve("seal.esl"))));
        byte[] signer = ASN1OctetString.getInstance(signature.getObjectAt(1)).getOctets();
        ASN1Sequence info = sequence(sequence(tbs.getObjectAt(1)).getObjectAt(0));
        ASN1Sequence listed = sequence(sequence(info.getObjectAt(2)).getObjectAt(3));
        byte[] first = ASN1OctetString.getInstance(listed.getObjectAt(0)).getOctets();
        require("the seal lists the signer", Arrays.equals(signer, first));
        byte[] value = bits(signature.getObjectAt(3));
        byte[] signed = tbs.getEncoded(ASN1Encoding.DER);
        require("seal signature is the signer's", verifies(certificate(signer), signed, value));
        require("data hash is that of the document", hex(bits(tbs.getObjectAt(3))).equals(hash));
        ASN1TaggedObject tagged = ASN1TaggedObject.getInstance(signature.getObjectAt(4));
        judgeToken("seal", bits(tagged.getExplicitBaseObject()), value, "SM3", "tsa-sm2.pem");
    }

    private static void judgeToken(String what, byte[] token, byte[] stamped, String digest, String authority)
            throws Exception {
        TimeStampToken parsed = new TimeStampToken(new CMSSignedData(token));
        byte[] imprint = MessageDigest.getInstance(digest, "BC").digest(stamped);
        require(what + " time-stamp is over the signature", Arrays.equals(imprint, parsed.getTimeStampInfo().getMessageImprintDigest()));
        X509Certificate signer = certificate(Files.readAllBytes(folder.resolve("certs").resolve(authority)));
        for (SignerInformation one : parsed.toCMSSignedData().getSignerInfos().getSigners()) {
            require(what + " time-stamp verifies", one.verify(verifier(signer)));
        }
    }

    private static SignerInformationVerifier verifier(X509Certificate certificate) throws Exception {
        DefaultCMSSignatureAlgorithmNameGenerator names = new DefaultCMSSignatureAlgorithmNameGenerator() {
            {
                setSigningEncryptionAlgorithmMapping(new ASN1ObjectIdentifier("1.2.156.10197.1.301.1"), "SM2");
            }
        };
        return new SignerInformationVerifier(
                names,
                new DefaultSignatureAlgorithmIdentifierFinder(),
                new JcaContentVerifierProviderBuilder().setProvider("BC").build(new X509CertificateHolder(certificate.getEncoded())),
                new JcaDigestCalculatorProviderBuilder().setProvider("BC").build());
    }

    private static void judgeCms(byte[] content, byte[] cms) throws Exception {
        CMSSignedData data = new CMSSignedData(new CMSProcessableByteArray(content), cms);
        Collection<SignerInformation> signers = data.getSignerInfos().getSigners();
        require("one signer beside the seal", signers.size() == 1);
        for (SignerInformation signer : signers) {
            X509Certificate certificate = certificate(Files.readAllBytes(folder.resolve("certs/signer.pem")));
            require("the second signature verifies", signer.verify(verifier(certificate)));
            ASN1ObjectIdentifier stamp = new ASN1ObjectIdentifier("1.2.840.113549.1.9.16.2.14");
            byte[] token = signer.getUnsignedAttributes().get(stamp).getAttrValues().getObjectAt(0).toASN1Primitive().getEncoded();
            judgeToken("document", token, signer.getSignature(), "SHA-256", "tsa-p256.pem");
        }
    }

    private static void judgeChain(String leaf, String issuing, String root) throws Exception {
        X509Certificate end = certificate(Files.readAllBytes(folder.resolve("certs").resolve(leaf)));
        X509Certificate middle = certificate(Files.readAllBytes(folder.resolve("certs/" + issuing + ".pem")));
        X509Certificate anchor = certificate(Files.readAllBytes(folder.resolve("anchors/" + root + ".pem")));
        List<Object> lists = new ArrayList<>();
        for (String name : List.of(issuing, root)) {
            try (InputStream stream = Files.newInputStream(folder.resolve("crl/" + name + ".crl"))) {
                X509CRL list = (X509CRL) factory.generateCRL(stream);
                list.verify((name.equals(root) ? anchor : middle).getPublicKey(), "BC");
                lists.add(list);
            }
        }
        PKIXParameters parameters = new PKIXParameters(Set.of(new TrustAnchor(anchor, null)));
        parameters.setRevocationEnabled(true);
        parameters.addCertStore(CertStore.getInstance("Collection", new CollectionCertStoreParameters(lists), "BC"));
        CertPath path = factory.generateCertPath(List.of(end, middle));
        CertPathValidator.getInstance("PKIX", "BC").validate(path, parameters);
        require("chain and lists of " + leaf, true);
    }

    private static String hex(byte[] octets) {
        StringBuilder text = new StringBuilder();
        for (byte octet : octets) {
            text.append(String.format("%02x", octet));
        }
        return text.toString();
    }
}
