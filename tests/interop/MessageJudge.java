import java.io.ByteArrayInputStream;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.Security;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.Collection;
import javax.crypto.Cipher;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.ASN1Sequence;
import org.bouncycastle.asn1.cms.ContentInfo;
import org.bouncycastle.asn1.cms.EncryptedContentInfo;
import org.bouncycastle.asn1.cms.EnvelopedData;
import org.bouncycastle.asn1.cms.KeyTransRecipientInfo;
import org.bouncycastle.asn1.cms.RecipientInfo;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cms.CMSProcessableByteArray;
import org.bouncycastle.cms.CMSSignedData;
import org.bouncycastle.cms.DefaultCMSSignatureAlgorithmNameGenerator;
import org.bouncycastle.cms.SignerInformation;
import org.bouncycastle.cms.SignerInformationVerifier;
import org.bouncycastle.crypto.engines.SM2Engine;
import org.bouncycastle.crypto.params.ECDomainParameters;
import org.bouncycastle.crypto.params.ECPrivateKeyParameters;
import org.bouncycastle.asn1.gm.GMNamedCurves;
import org.bouncycastle.asn1.x9.X9ECParameters;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.operator.DefaultSignatureAlgorithmIdentifierFinder;
import org.bouncycastle.operator.jcajce.JcaContentVerifierProviderBuilder;
import org.bouncycastle.operator.jcajce.JcaDigestCalculatorProviderBuilder;
import org.bouncycastle.tsp.TimeStampRequest;
import org.bouncycastle.tsp.TimeStampRequestGenerator;
import org.bouncycastle.tsp.TimeStampResponse;
import org.bouncycastle.tsp.TimeStampToken;

/**
 * BouncyCastle asks for time-stamps and judges messages and time-stamps in SM2, without a line of ours.
 *
 * Arguments: what to do, and files. ask imprint request: writes a request. stamped request response certificate: judges
 * the answer. signed message content certificate…: judges each signer. opened message private content: opens an
 * enveloped message with a private key (hex). Prints OK, or ends with an exception.
 */
public final class MessageJudge {
    private static final ASN1ObjectIdentifier SM3 = new ASN1ObjectIdentifier("1.2.156.10197.1.401");

    public static void main(String[] arguments) throws Exception {
        Security.addProvider(new BouncyCastleProvider());
        String[] files = Arrays.copyOfRange(arguments, 1, arguments.length);
        switch (arguments[0]) {
            case "ask" -> ask(files);
            case "stamped" -> judgeResponse(files);
            case "signed" -> judgeSigned(files);
            case "opened" -> open(files);
            default -> throw new IllegalArgumentException(arguments[0]);
        }
        System.out.println("OK");
    }

    private static byte[] read(String file) throws Exception {
        return Files.readAllBytes(Path.of(file));
    }

    private static void require(boolean holds, String what) {
        if (!holds) {
            throw new IllegalStateException(what);
        }
    }

    private static void ask(String[] files) throws Exception {
        TimeStampRequestGenerator generator = new TimeStampRequestGenerator();
        generator.setCertReq(true);
        byte[] imprint = read(files[0]);
        TimeStampRequest request = generator.generate(SM3, imprint, new BigInteger("123456789012345678901234567890"));
        Files.write(Path.of(files[1]), request.getEncoded());
    }

    private static X509Certificate certificate(String file) throws Exception {
        CertificateFactory factory = CertificateFactory.getInstance("X.509", "BC");
        return (X509Certificate) factory.generateCertificate(new ByteArrayInputStream(read(file)));
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

    private static void judgeResponse(String[] files) throws Exception {
        TimeStampRequest request = new TimeStampRequest(read(files[0]));
        TimeStampResponse response = new TimeStampResponse(read(files[1]));
        require(response.getStatus() == 0, "granted");
        response.validate(request); // imprint, nonce, policy
        TimeStampToken token = response.getTimeStampToken();
        X509Certificate authority = certificate(files[2]);
        require(token.getSID().match(new X509CertificateHolder(authority.getEncoded())), "the authority's certificate");
        for (SignerInformation one : token.toCMSSignedData().getSignerInfos().getSigners()) {
            require(one.verify(verifier(authority)), "signature of the token");
        }
        token.validate(verifier(authority)); // ESSCertIDv2, purpose, validity
    }

    private static void judgeSigned(String[] files) throws Exception {
        byte[] encoded = read(files[0]);
        byte[] content = read(files[1]);
        CMSSignedData data = new CMSSignedData(encoded);
        if (data.getSignedContent() == null) {
            data = new CMSSignedData(new CMSProcessableByteArray(content), encoded);
        } else {
            require(Arrays.equals((byte[]) data.getSignedContent().getContent(), content), "content");
        }
        Collection<SignerInformation> signers = data.getSignerInfos().getSigners();
        require(signers.size() == files.length - 2, "number of signers");
        for (int place = 2; place < files.length; place++) {
            X509Certificate certificate = certificate(files[place]);
            X509CertificateHolder holder = new X509CertificateHolder(certificate.getEncoded());
            int found = 0;
            for (SignerInformation one : signers) {
                if (one.getSID().match(holder)) {
                    require(one.verify(verifier(certificate)), "signature");
                    found++;
                }
            }
            require(found == 1, "signer");
        }
    }

    private static void open(String[] files) throws Exception {
        ContentInfo info = ContentInfo.getInstance(read(files[0]));
        EnvelopedData data = EnvelopedData.getInstance(info.getContent());
        RecipientInfo recipient = RecipientInfo.getInstance(data.getRecipientInfos().getObjectAt(0));
        KeyTransRecipientInfo transported = KeyTransRecipientInfo.getInstance(recipient.getInfo());
        ASN1Sequence cipher = ASN1Sequence.getInstance(transported.getEncryptedKey().getOctets());
        byte[] raw = new byte[97 + 16];
        raw[0] = 4;
        put(raw, 1, ASN1Integer.getInstance(cipher.getObjectAt(0)).getPositiveValue());
        put(raw, 33, ASN1Integer.getInstance(cipher.getObjectAt(1)).getPositiveValue());
        System.arraycopy(ASN1OctetString.getInstance(cipher.getObjectAt(2)).getOctets(), 0, raw, 65, 32);
        System.arraycopy(ASN1OctetString.getInstance(cipher.getObjectAt(3)).getOctets(), 0, raw, 97, 16);
        X9ECParameters curve = GMNamedCurves.getByName("sm2p256v1");
        ECDomainParameters domain = new ECDomainParameters(curve.getCurve(), curve.getG(), curve.getN());
        BigInteger secret = new BigInteger(Files.readString(Path.of(files[1])), 16);
        SM2Engine engine = new SM2Engine(SM2Engine.Mode.C1C3C2);
        engine.init(false, new ECPrivateKeyParameters(secret, domain));
        byte[] key = engine.processBlock(raw, 0, raw.length);
        EncryptedContentInfo encrypted = data.getEncryptedContentInfo();
        byte[] vector = ASN1OctetString.getInstance(encrypted.getContentEncryptionAlgorithm().getParameters()).getOctets();
        Cipher sm4 = Cipher.getInstance("SM4/CBC/PKCS7Padding", "BC");
        sm4.init(Cipher.DECRYPT_MODE, new SecretKeySpec(key, "SM4"), new IvParameterSpec(vector));
        byte[] content = sm4.doFinal(encrypted.getEncryptedContent().getOctets());
        require(Arrays.equals(content, read(files[2])), "content");
    }

    private static void put(byte[] raw, int place, BigInteger number) {
        byte[] octets = number.toByteArray();
        int length = Math.min(octets.length, 32);
        System.arraycopy(octets, octets.length - length, raw, place + 32 - length, length);
    }
}
