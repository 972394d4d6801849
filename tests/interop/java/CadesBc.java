import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.Security;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1EncodableVector;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERSet;
import org.bouncycastle.asn1.cms.Attribute;
import org.bouncycastle.asn1.cms.AttributeTable;
import org.bouncycastle.asn1.cms.CMSAttributes;
import org.bouncycastle.asn1.cms.Time;
import org.bouncycastle.asn1.ess.ESSCertID;
import org.bouncycastle.asn1.ess.ESSCertIDv2;
import org.bouncycastle.asn1.ess.SigningCertificate;
import org.bouncycastle.asn1.ess.SigningCertificateV2;
import org.bouncycastle.asn1.nist.NISTObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.IssuerSerial;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.jcajce.JcaCertStore;
import org.bouncycastle.cms.CMSAttributeTableGenerator;
import org.bouncycastle.cms.CMSProcessableByteArray;
import org.bouncycastle.cms.CMSSignedData;
import org.bouncycastle.cms.CMSSignedDataGenerator;
import org.bouncycastle.cms.CMSSignedDataStreamGenerator;
import org.bouncycastle.cms.DefaultSignedAttributeTableGenerator;
import org.bouncycastle.cms.SignerInfoGenerator;
import org.bouncycastle.cms.SignerInformation;
import org.bouncycastle.cms.jcajce.JcaSignerInfoGeneratorBuilder;
import org.bouncycastle.cms.jcajce.JcaSimpleSignerInfoVerifierBuilder;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.operator.ContentSigner;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.operator.jcajce.JcaDigestCalculatorProviderBuilder;
import org.bouncycastle.util.Store;
import org.bouncycastle.util.io.pem.PemReader;

/**
 * A second opinion on CAdES-B: signs and verifies with BouncyCastle, which shares no code with libsign.
 *
 * <p>Commands are described in README.md beside this file. A command throws when it cannot be done or does not verify;
 * main turns that into exit status 1, batch into one line "fail ...".
 */
public final class CadesBc {
    private static final String BC = BouncyCastleProvider.PROVIDER_NAME;

    private CadesBc() {}

    /** What was asked: the words that are no options, and the options. */
    private static final class Request {
        private static final List<String> FLAGS = List.of("--detached", "--pss", "--ber", "--v1");
        private static final List<String> VALUES = List.of("--digest", "--content", "--time");
        final List<String> words = new ArrayList<>();
        final Map<String, String> options = new HashMap<>();

        Request(List<String> args) {
            for (int i = 0; i < args.size(); i++) {
                String arg = args.get(i);
                if (FLAGS.contains(arg)) {
                    options.put(arg, "");
                } else if (VALUES.contains(arg) && i + 1 < args.size()) {
                    options.put(arg, args.get(++i));
                } else if (arg.startsWith("--")) {
                    throw new IllegalArgumentException("unknown option or no value: " + arg);
                } else {
                    words.add(arg);
                }
            }
        }

        void expect(int count) {
            if (words.size() != count) {
                throw new IllegalArgumentException("wrong number of arguments for " + words.get(0));
            }
        }

        Path path(int index) {
            return Paths.get(words.get(index));
        }

        boolean has(String option) {
            return options.containsKey(option);
        }

        /** The digest as Java names it: SHA-256, SHA-384 or SHA-512. */
        String digest() {
            switch (options.getOrDefault("--digest", "sha256")) {
                case "sha256": return "SHA-256";
                case "sha384": return "SHA-384";
                case "sha512": return "SHA-512";
                default: throw new IllegalArgumentException("unknown digest");
            }
        }
    }

    // Reading keys and certificates

    private static PrivateKey readKey(Path path) throws Exception {
        byte[] data = Files.readAllBytes(path);
        if (data.length > 0 && data[0] == '-') {
            try (PemReader pem = new PemReader(Files.newBufferedReader(path))) {
                data = pem.readPemObject().getContent();
            }
        }
        return BouncyCastleProvider.getPrivateKey(PrivateKeyInfo.getInstance(data));
    }

    /** The certificates of one or more files joined by commas, PEM or DER; the signer's is the first. */
    private static List<X509Certificate> readCertificates(String names) throws Exception {
        CertificateFactory factory = CertificateFactory.getInstance("X.509", BC);
        List<X509Certificate> found = new ArrayList<>();
        for (String name : names.split(",")) {
            byte[] data = Files.readAllBytes(Paths.get(name));
            factory.generateCertificates(new ByteArrayInputStream(data))
                .forEach(cert -> found.add((X509Certificate) cert));
        }
        if (found.isEmpty()) {
            throw new IOException("no certificate in " + names);
        }
        return found;
    }

    // Signed attributes

    private static AlgorithmIdentifier digestIdentifier(String digest) {
        switch (digest) {
            case "SHA-256": return new AlgorithmIdentifier(NISTObjectIdentifiers.id_sha256);
            case "SHA-384": return new AlgorithmIdentifier(NISTObjectIdentifiers.id_sha384);
            default: return new AlgorithmIdentifier(NISTObjectIdentifiers.id_sha512);
        }
    }

    private static IssuerSerial issuerSerial(X509CertificateHolder cert) {
        return new IssuerSerial(new GeneralNames(new GeneralName(cert.getIssuer())), cert.getSerialNumber());
    }

    /** RFC 5035: ESSCertID is SHA-1 (v1), ESSCertIDv2 names its digest and leaves out SHA-256, the default. */
    private static Attribute signingCertificate(X509Certificate cert, Request request) throws Exception {
        X509CertificateHolder holder = new X509CertificateHolder(cert.getEncoded());
        if (request.has("--v1")) {
            byte[] hash = MessageDigest.getInstance("SHA-1").digest(cert.getEncoded());
            ASN1Encodable value = new SigningCertificate(new ESSCertID(hash, issuerSerial(holder)));
            return new Attribute(PKCSObjectIdentifiers.id_aa_signingCertificate, new DERSet(value));
        }
        byte[] hash = MessageDigest.getInstance(request.digest()).digest(cert.getEncoded());
        ESSCertIDv2 id = new ESSCertIDv2(digestIdentifier(request.digest()), hash, issuerSerial(holder));
        return new Attribute(PKCSObjectIdentifiers.id_aa_signingCertificateV2,
            new DERSet(new SigningCertificateV2(id)));
    }

    private static CMSAttributeTableGenerator signedAttributes(X509Certificate cert, Request request)
            throws Exception {
        ASN1EncodableVector ours = new ASN1EncodableVector();
        ours.add(signingCertificate(cert, request));
        if (request.has("--time")) {
            Date time = Date.from(Instant.parse(request.options.get("--time")));
            ours.add(new Attribute(CMSAttributes.signingTime, new DERSet(new Time(time))));
        }
        CMSAttributeTableGenerator usual = new DefaultSignedAttributeTableGenerator(new AttributeTable(ours));
        // BouncyCastle adds RFC 6211's attribute of its own accord; CAdES-B does not know it.
        return parameters -> usual.getAttributes(parameters).remove(CMSAttributes.cmsAlgorithmProtect);
    }

    // Signing

    private static String signatureAlgorithm(PrivateKey key, Request request) {
        String digest = request.digest().replace("-", "");
        if (key.getAlgorithm().startsWith("EC")) {
            return digest + "withECDSA";
        }
        boolean pss = request.has("--pss") || key.getAlgorithm().contains("PSS");
        return digest + (pss ? "withRSAandMGF1" : "withRSA");
    }

    private static SignerInfoGenerator signer(PrivateKey key, X509Certificate cert, Request request)
            throws Exception {
        ContentSigner sign = new JcaContentSignerBuilder(signatureAlgorithm(key, request)).setProvider(BC).build(key);
        return new JcaSignerInfoGeneratorBuilder(new JcaDigestCalculatorProviderBuilder().setProvider(BC).build())
            .setSignedAttributeGenerator(signedAttributes(cert, request))
            .build(sign, cert);
    }

    private static void sign(Request request) throws Exception {
        request.expect(5);
        PrivateKey key = readKey(request.path(1));
        List<X509Certificate> certs = readCertificates(request.words.get(2));
        byte[] content = Files.readAllBytes(request.path(3));
        SignerInfoGenerator signer = signer(key, certs.get(0), request);
        if (request.has("--ber")) {
            signInPieces(signer, certs, content, request);
            return;
        }
        CMSSignedDataGenerator generator = new CMSSignedDataGenerator();
        generator.addSignerInfoGenerator(signer);
        generator.addCertificates(new JcaCertStore(certs));
        CMSSignedData signed = generator.generate(new CMSProcessableByteArray(content), !request.has("--detached"));
        Files.write(request.path(4), signed.toASN1Structure().getEncoded(ASN1Encoding.DER));
    }

    /** Indefinite lengths throughout and the content as a constructed OCTET STRING, as a streaming writer does it. */
    private static void signInPieces(SignerInfoGenerator signer, List<X509Certificate> certs, byte[] content,
            Request request) throws Exception {
        CMSSignedDataStreamGenerator generator = new CMSSignedDataStreamGenerator();
        generator.setBufferSize(1000);
        generator.addSignerInfoGenerator(signer);
        generator.addCertificates(new JcaCertStore(certs));
        try (FileOutputStream file = new FileOutputStream(request.path(4).toFile());
                OutputStream out = generator.open(file, !request.has("--detached"))) {
            out.write(content);
        }
    }

    /** Adds a parallel signature over the same content; for a detached one --content names it. */
    private static void cosign(Request request) throws Exception {
        request.expect(5);
        CMSSignedData before = read(request);
        List<X509Certificate> certs = readCertificates(request.words.get(3));
        if (before.getSignedContent() == null) {
            throw new IOException("a detached signature needs --content");
        }
        CMSSignedDataGenerator generator = new CMSSignedDataGenerator();
        generator.addSigners(before.getSignerInfos());
        generator.addCertificates(before.getCertificates());
        generator.addCRLs(before.getCRLs());
        generator.addSignerInfoGenerator(signer(readKey(request.path(2)), certs.get(0), request));
        for (X509Certificate cert : certs) {
            X509CertificateHolder holder = new X509CertificateHolder(cert.getEncoded());
            if (!contains(before.getCertificates(), holder)) {
                generator.addCertificate(holder);
            }
        }
        CMSSignedData after = generator.generate(before.getSignedContent(), !request.has("--content"));
        Files.write(request.path(4), after.toASN1Structure().getEncoded(ASN1Encoding.DER));
    }

    private static boolean contains(Store<X509CertificateHolder> store, X509CertificateHolder cert) {
        return store.getMatches(null).contains(cert);
    }

    // Verification

    private static CMSSignedData read(Request request) throws Exception {
        byte[] data = Files.readAllBytes(request.path(1));
        if (!request.has("--content")) {
            return new CMSSignedData(data);
        }
        byte[] content = Files.readAllBytes(Paths.get(request.options.get("--content")));
        return new CMSSignedData(new CMSProcessableByteArray(content), data);
    }

    private static String verify(Request request) throws Exception {
        request.expect(3);
        CMSSignedData signed = read(request);
        X509CertificateHolder expected =
            new X509CertificateHolder(readCertificates(request.words.get(2)).get(0).getEncoded());
        if (signed.getSignedContent() == null) {
            throw new IOException("a detached signature needs --content");
        }
        Collection<SignerInformation> signers = signed.getSignerInfos().getSigners();
        boolean met = false;
        int counter = 0;
        for (SignerInformation signer : signers) {
            X509CertificateHolder cert = signerCertificate(signed, signer, expected);
            verifySigner(signer, cert);
            met |= cert.equals(expected);
            counter += verifyCounterSignatures(signed, signer, expected);
        }
        if (!met) {
            throw new IOException("the given certificate signed nothing here");
        }
        return signers.size() + (counter > 0 ? " counter " + counter : "");
    }

    private static int verifyCounterSignatures(CMSSignedData signed, SignerInformation signer,
            X509CertificateHolder expected) throws Exception {
        int count = 0;
        for (SignerInformation counter : signer.getCounterSignatures().getSigners()) {
            verifySigner(counter, signerCertificate(signed, counter, expected));
            count += 1 + verifyCounterSignatures(signed, counter, expected);
        }
        return count;
    }

    /** The certificate in the bag, or the given one when the bag lacks it and it is the one meant. */
    @SuppressWarnings("unchecked")
    private static X509CertificateHolder signerCertificate(CMSSignedData signed, SignerInformation signer,
            X509CertificateHolder given) throws IOException {
        Collection<X509CertificateHolder> found = signed.getCertificates().getMatches(signer.getSID());
        if (!found.isEmpty()) {
            return found.iterator().next();
        }
        if (signer.getSID().match(given)) {
            return given;
        }
        throw new IOException("certificate of the signer not found");
    }

    private static void verifySigner(SignerInformation signer, X509CertificateHolder cert) throws Exception {
        // Checks content-type, message-digest, the signature value and that signing-time lies in the validity.
        if (!signer.verify(new JcaSimpleSignerInfoVerifierBuilder().setProvider(BC).build(cert))) {
            throw new IOException("signature value does not verify");
        }
        AttributeTable attributes = signer.getSignedAttributes();
        if (attributes == null) {
            throw new IOException("no signed attributes");
        }
        Attribute v2 = one(attributes, PKCSObjectIdentifiers.id_aa_signingCertificateV2);
        Attribute v1 = one(attributes, PKCSObjectIdentifiers.id_aa_signingCertificate);
        if (v2 == null && v1 == null) {
            throw new IOException("no signing-certificate attribute");
        }
        if (v2 != null) {
            ESSCertIDv2 id = SigningCertificateV2.getInstance(v2.getAttributeValues()[0]).getCerts()[0];
            check(cert, id.getHashAlgorithm().getAlgorithm().getId(), id.getCertHash(), id.getIssuerSerial());
        }
        if (v1 != null) {
            ESSCertID id = SigningCertificate.getInstance(v1.getAttributeValues()[0]).getCerts()[0];
            check(cert, "SHA-1", id.getCertHash(), id.getIssuerSerial());
        }
    }

    /** RFC 5652, 5.3: at most one attribute of a type, here with exactly one value. */
    private static Attribute one(AttributeTable attributes, ASN1ObjectIdentifier type) throws IOException {
        ASN1EncodableVector all = attributes.getAll(type);
        if (all.size() > 1) {
            throw new IOException("attribute " + type + " stands twice");
        }
        if (all.size() == 0) {
            return null;
        }
        Attribute attribute = (Attribute) all.get(0);
        if (attribute.getAttrValues().size() != 1) {
            throw new IOException("attribute " + type + " has not one value");
        }
        return attribute;
    }

    private static void check(X509CertificateHolder cert, String digest, byte[] hash, IssuerSerial issuer)
            throws Exception {
        byte[] actual = MessageDigest.getInstance(digest, BC).digest(cert.getEncoded());
        if (!Arrays.equals(actual, hash)) {
            throw new IOException("signing-certificate names another certificate");
        }
        if (issuer != null && !issuer.equals(issuerSerial(cert))) {
            throw new IOException("signing-certificate names another issuer or serial number");
        }
    }

    // Commands

    private static String run(List<String> args) throws Exception {
        Request request = new Request(args);
        String command = request.words.isEmpty() ? "" : request.words.get(0);
        switch (command) {
            case "sign":
                sign(request);
                return "";
            case "cosign":
                cosign(request);
                return "";
            case "verify":
                return verify(request);
            default:
                throw new IllegalArgumentException("commands: sign, cosign, verify, batch");
        }
    }

    private static String reason(Exception e) {
        String text = e.getMessage() == null ? "" : ": " + e.getMessage().replace('\n', ' ');
        return e.getClass().getSimpleName() + text;
    }

    /** Words are parted by tabs when the line holds one, so that names may hold spaces, and by spaces otherwise. */
    private static void batch() throws IOException {
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            String result;
            try {
                String more = run(Arrays.asList(line.trim().split(line.indexOf('\t') >= 0 ? "\t" : " +")));
                result = more.isEmpty() ? "ok" : "ok " + more;
            } catch (Exception e) {
                result = "fail " + reason(e);
            }
            System.out.println(result);
            System.out.flush();
        }
    }

    public static void main(String[] args) throws IOException {
        Security.addProvider(new BouncyCastleProvider());
        if (args.length == 1 && args[0].equals("batch")) {
            batch();
            return;
        }
        try {
            String more = run(Arrays.asList(args));
            System.out.println(more.isEmpty() ? "OK" : "OK " + more);
        } catch (Exception e) {
            System.out.println("FAIL " + reason(e));
            System.exit(1);
        }
    }
}
