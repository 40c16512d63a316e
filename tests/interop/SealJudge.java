import java.io.ByteArrayInputStream;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.Security;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.Date;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.bouncycastle.asn1.ASN1BitString;
import org.bouncycastle.asn1.ASN1Boolean;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.ASN1GeneralizedTime;
import org.bouncycastle.asn1.ASN1IA5String;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.ASN1Primitive;
import org.bouncycastle.asn1.ASN1PrintableString;
import org.bouncycastle.asn1.ASN1Sequence;
import org.bouncycastle.asn1.ASN1TaggedObject;
import org.bouncycastle.asn1.ASN1UTF8String;
import org.bouncycastle.cert.X509CertificateHolder;
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
 * BouncyCastle judges seal signatures with their seals, of GB/T 38540-2020 and of GM/T 0031-2025, without a line of
 * ours.
 *
 * Argument: a folder with issuing.cer, tsa.cer, the SM3 hash of what was sealed in hash (hex), and signatures in *.ses.
 * Prints a line for each: its name, and OK or what is wrong with it.
 */
public final class SealJudge {
    private static final ASN1ObjectIdentifier SM2_WITH_SM3 = new ASN1ObjectIdentifier("1.2.156.10197.1.501");
    private static CertificateFactory factory;
    private static X509Certificate issuing;
    private static X509Certificate authority;
    private static String hash;

    public static void main(String[] arguments) throws Exception {
        Security.addProvider(new BouncyCastleProvider());
        factory = CertificateFactory.getInstance("X.509", "BC");
        Path folder = Path.of(arguments[0]);
        issuing = certificate(Files.readAllBytes(folder.resolve("issuing.cer")));
        authority = certificate(Files.readAllBytes(folder.resolve("tsa.cer")));
        hash = Files.readString(folder.resolve("hash"));
        List<Path> files;
        try (Stream<Path> found = Files.list(folder)) {
            files = found.filter(one -> one.toString().endsWith(".ses")).sorted().collect(Collectors.toList());
        }
        for (Path file : files) {
            String told;
            try {
                judge(Files.readAllBytes(file));
                told = "OK";
            } catch (Exception error) {
                told = error instanceof IllegalStateException ? error.getMessage() : error.getClass().getSimpleName();
            }
            System.out.println(file.getFileName().toString().replace(".ses", "") + ": " + told);
        }
    }

    private static void require(String what, boolean holds) {
        if (!holds) {
            throw new IllegalStateException(what);
        }
    }

    private static ASN1Sequence sequence(Object encoded, int... sizes) {
        ASN1Sequence found = ASN1Sequence.getInstance(encoded);
        require("number of members", Arrays.stream(sizes).anyMatch(size -> size == found.size()));
        return found;
    }

    private static byte[] bits(Object encoded) {
        return ASN1BitString.getInstance(encoded).getOctets();
    }

    private static byte[] octets(Object encoded) {
        return ASN1OctetString.getInstance(encoded).getOctets();
    }

    private static X509Certificate certificate(byte[] der) throws Exception {
        return (X509Certificate) factory.generateCertificate(new ByteArrayInputStream(der));
    }

    private static byte[] sm3(byte[] message) throws Exception {
        return MessageDigest.getInstance("SM3", "BC").digest(message);
    }

    private static void verify(String what, byte[] signer, byte[] message, byte[] value) throws Exception {
        X509Certificate certificate = certificate(signer);
        certificate.verify(issuing.getPublicKey(), "BC");
        Signature verifier = Signature.getInstance("SM3withSM2", "BC"); // default identity 1234567812345678
        verifier.initVerify(certificate.getPublicKey());
        verifier.update(message);
        require(what, verifier.verify(value));
    }

    private static void judge(byte[] encoded) throws Exception {
        require("DER", Arrays.equals(encoded, ASN1Primitive.fromByteArray(encoded).getEncoded(ASN1Encoding.DER)));
        ASN1Sequence signature = sequence(encoded, 4, 5);
        ASN1Sequence tbs = sequence(signature.getObjectAt(0), 5, 6);
        ASN1Sequence seal = sequence(tbs.getObjectAt(1), 4, 5);
        ASN1Sequence property = judgeSeal(seal, ASN1Integer.getInstance(tbs.getObjectAt(0)).getValue());
        Date signed = ASN1GeneralizedTime.getInstance(tbs.getObjectAt(2)).getDate();
        Date start = ASN1GeneralizedTime.getInstance(property.getObjectAt(5)).getDate();
        Date end = ASN1GeneralizedTime.getInstance(property.getObjectAt(6)).getDate();
        require("signing time in the seal's validity", !signed.before(start) && !signed.after(end));
        require("hash of the document", hex(bits(tbs.getObjectAt(3))).equals(hash));
        require("property", ASN1IA5String.getInstance(tbs.getObjectAt(4)).getString().endsWith("Signature.xml"));
        if (tbs.size() == 6) {
            ASN1TaggedObject tagged = ASN1TaggedObject.getInstance(tbs.getObjectAt(5));
            judgeExtensions(tagged.getExplicitBaseObject());
        }
        byte[] signer = octets(signature.getObjectAt(1));
        judgeList(property, signer);
        require("algorithm of the signature", SM2_WITH_SM3.equals(signature.getObjectAt(2)));
        byte[] value = bits(signature.getObjectAt(3));
        verify("value of the signature", signer, tbs.getEncoded(ASN1Encoding.DER), value);
        if (signature.size() == 5) {
            require("time of the signature", !judgeToken(signature.getObjectAt(4), value).before(signed));
        }
    }

    private static ASN1Sequence judgeSeal(ASN1Sequence seal, BigInteger version) throws Exception {
        ASN1Sequence info = sequence(seal.getObjectAt(0), 4, 5);
        ASN1Sequence header = sequence(info.getObjectAt(0), 3);
        require("ES", ASN1IA5String.getInstance(header.getObjectAt(0)).getString().equals("ES"));
        BigInteger told = ASN1Integer.getInstance(header.getObjectAt(1)).getValue();
        require("version", told.equals(version) && (told.intValueExact() == 4 || told.intValueExact() == 5));
        ASN1IA5String.getInstance(header.getObjectAt(2));
        require("code", ASN1IA5String.getInstance(info.getObjectAt(1)).getString().matches("\\d{14}"));
        ASN1Sequence property = sequence(info.getObjectAt(2), 7);
        ASN1Integer.getInstance(property.getObjectAt(0));
        require("name", !ASN1UTF8String.getInstance(property.getObjectAt(1)).getString().isEmpty());
        ASN1Sequence picture = sequence(info.getObjectAt(3), 4);
        require("picture", ASN1IA5String.getInstance(picture.getObjectAt(0)).getString().equals("PNG"));
        octets(picture.getObjectAt(1));
        require("width", ASN1Integer.getInstance(picture.getObjectAt(2)).intValueExact() > 0);
        require("height", ASN1Integer.getInstance(picture.getObjectAt(3)).intValueExact() > 0);
        if (info.size() == 5) {
            judgeExtensions(info.getObjectAt(4));
        }
        require("algorithm of the seal", SM2_WITH_SM3.equals(seal.getObjectAt(2)));
        byte[] value = bits(seal.getObjectAt(3));
        verify("value of the seal", octets(seal.getObjectAt(1)), info.getEncoded(ASN1Encoding.DER), value);
        if (seal.size() == 5) {
            require("time-stamp in version 5 alone", told.intValueExact() == 5);
            Date created = ASN1GeneralizedTime.getInstance(property.getObjectAt(4)).getDate();
            require("time of the seal", !judgeToken(seal.getObjectAt(4), value).before(created));
        }
        return property;
    }

    private static void judgeExtensions(Object encoded) {
        for (Object one : ASN1Sequence.getInstance(encoded)) {
            ASN1Sequence extension = sequence(one, 2, 3);
            ASN1ObjectIdentifier.getInstance(extension.getObjectAt(0));
            boolean flagged = extension.size() == 3;
            require("critical", !flagged || ASN1Boolean.getInstance(extension.getObjectAt(1)).isTrue());
            octets(extension.getObjectAt(flagged ? 2 : 1));
        }
    }

    private static void judgeList(ASN1Sequence property, byte[] signer) throws Exception {
        boolean isListed = false;
        boolean byDigest = ASN1Integer.getInstance(property.getObjectAt(2)).intValueExact() == 2;
        for (Object one : ASN1Sequence.getInstance(property.getObjectAt(3))) {
            if (byDigest) {
                ASN1Sequence listed = sequence(one, 2);
                require("SM3", ASN1PrintableString.getInstance(listed.getObjectAt(0)).getString().equals("SM3"));
                isListed |= Arrays.equals(octets(listed.getObjectAt(1)), sm3(signer));
            } else {
                isListed |= Arrays.equals(octets(one), signer);
            }
        }
        require("signer is listed", isListed);
    }

    private static Date judgeToken(Object tagged, byte[] value) throws Exception {
        ASN1TaggedObject found = ASN1TaggedObject.getInstance(tagged);
        require("[0]", found.getTagNo() == 0);
        TimeStampToken token = new TimeStampToken(new CMSSignedData(bits(found.getExplicitBaseObject())));
        require("imprint", Arrays.equals(sm3(value), token.getTimeStampInfo().getMessageImprintDigest()));
        DefaultCMSSignatureAlgorithmNameGenerator names = new DefaultCMSSignatureAlgorithmNameGenerator() {
            {
                setSigningEncryptionAlgorithmMapping(new ASN1ObjectIdentifier("1.2.156.10197.1.301.1"), "SM2");
            }
        };
        for (SignerInformation one : token.toCMSSignedData().getSignerInfos().getSigners()) {
            require("value of the time-stamp", one.verify(new SignerInformationVerifier(
                    names,
                    new DefaultSignatureAlgorithmIdentifierFinder(),
                    new JcaContentVerifierProviderBuilder().setProvider("BC").build(new X509CertificateHolder(authority.getEncoded())),
                    new JcaDigestCalculatorProviderBuilder().setProvider("BC").build())));
        }
        return token.getTimeStampInfo().getGenTime();
    }

    private static String hex(byte[] octets) {
        StringBuilder text = new StringBuilder();
        for (byte octet : octets) {
            text.append(String.format("%02x", octet));
        }
        return text.toString();
    }
}
