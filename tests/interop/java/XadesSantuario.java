import java.io.BufferedReader;
import java.io.File;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.Security;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;

import javax.xml.XMLConstants;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.transform.dom.DOMSource;
import javax.xml.validation.Schema;
import javax.xml.validation.SchemaFactory;

import org.apache.xml.security.Init;
import org.apache.xml.security.c14n.Canonicalizer;
import org.apache.xml.security.exceptions.XMLSecurityException;
import org.apache.xml.security.signature.ObjectContainer;
import org.apache.xml.security.signature.XMLSignature;
import org.apache.xml.security.signature.XMLSignatureInput;
import org.apache.xml.security.transforms.Transforms;
import org.apache.xml.security.transforms.params.InclusiveNamespaces;
import org.apache.xml.security.transforms.params.XPath2FilterContainer;
import org.apache.xml.security.transforms.params.XPathContainer;
import org.apache.xml.security.utils.Constants;
import org.apache.xml.security.utils.XMLUtils;
import org.apache.xml.security.utils.resolver.ResourceResolverContext;
import org.apache.xml.security.utils.resolver.ResourceResolverSpi;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.w3c.dom.Attr;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NamedNodeMap;
import org.w3c.dom.Node;
import org.w3c.dom.NodeList;

/**
 * A second opinion on XML signatures and XAdES-B: signs and verifies with Apache Santuario, which shares no code with
 * libsign. Commands are described in README.md beside this file.
 */
public final class XadesSantuario {
    private static final String XADES = "http://uri.etsi.org/01903/v1.3.2#";
    private static final String SIGNED_PROPERTIES = "http://uri.etsi.org/01903#SignedProperties";
    private static final String INCLUSIVE = Canonicalizer.ALGO_ID_C14N_OMIT_COMMENTS;
    private static final String EXCLUSIVE = Canonicalizer.ALGO_ID_C14N_EXCL_OMIT_COMMENTS;
    private static final String MORE = "http://www.w3.org/2001/04/xmldsig-more#";
    private static final String SHA256 = "http://www.w3.org/2001/04/xmlenc#sha256";

    private static Schema schema; // of the first "validate"; a batch has one

    private XadesSantuario() {}

    /** Detached content: a file of that decoded name in one folder, and nothing else in the world. */
    private static final class Folder extends ResourceResolverSpi {
        private final Path folder;

        Folder(Path folder) {
            this.folder = folder;
        }

        @Override
        public boolean engineCanResolveURI(ResourceResolverContext context) {
            return context.uriToResolve != null && !context.uriToResolve.isEmpty()
                && !context.uriToResolve.startsWith("#");
        }

        @Override
        public XMLSignatureInput engineResolveURI(ResourceResolverContext context) {
            try {
                String name = URLDecoder.decode(context.uriToResolve.replace("+", "%2B"), "UTF-8");
                return new XMLSignatureInput(Files.readAllBytes(folder.resolve(name)));
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    // Reading

    private static Document read(Path path) throws Exception {
        DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
        factory.setNamespaceAware(true);
        factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
        try (InputStream in = Files.newInputStream(path)) {
            Document document = factory.newDocumentBuilder().parse(in);
            markIds(document.getDocumentElement());
            return document;
        }
    }

    private static void markIds(Element element) {
        NamedNodeMap attributes = element.getAttributes();
        for (int i = 0; i < attributes.getLength(); i++) {
            Attr attribute = (Attr) attributes.item(i);
            if (attribute.getNamespaceURI() == null && attribute.getLocalName().equalsIgnoreCase("id")) {
                element.setIdAttributeNode(attribute, true);
            }
        }
        for (Node child = element.getFirstChild(); child != null; child = child.getNextSibling()) {
            if (child instanceof Element) {
                markIds((Element) child);
            }
        }
    }

    private static PrivateKey readKey(String name) throws Exception {
        byte[] data = Files.readAllBytes(Paths.get(name));
        if (data[0] == '-') {
            String text = new String(data, StandardCharsets.US_ASCII).replaceAll("-----[A-Z ]+-----", "");
            data = Base64.getMimeDecoder().decode(text);
        }
        for (String kind : List.of("RSA", "EC")) {
            try {
                return KeyFactory.getInstance(kind).generatePrivate(new PKCS8EncodedKeySpec(data));
            } catch (java.security.spec.InvalidKeySpecException e) {
                continue; // of the other kind
            }
        }
        throw new IOException("no RSA or EC key in " + name);
    }

    private static X509Certificate readCertificate(String name) throws Exception {
        try (InputStream in = new FileInputStream(name)) {
            return (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(in);
        }
    }

    // Verification

    private static Element child(Element parent, String space, String name) throws IOException {
        NodeList found = parent.getElementsByTagNameNS(space, name);
        if (found.getLength() != 1) {
            throw new IOException(found.getLength() + " elements " + name);
        }
        return (Element) found.item(0);
    }

    private static boolean inAnother(Element signature) {
        for (Node n = signature.getParentNode(); n instanceof Element; n = n.getParentNode()) {
            if (Constants.SignatureSpecNS.equals(n.getNamespaceURI()) && "Signature".equals(n.getLocalName())) {
                return true;
            }
        }
        return false;
    }

    /** What Santuario does not look at: that the signed properties are signed, and name the certificate. */
    private static void checkProperties(Element element, XMLSignature signature, X509Certificate cert)
            throws Exception {
        Element properties = child(element, XADES, "SignedProperties");
        boolean referenced = false;
        for (int i = 0; i < signature.getSignedInfo().getLength(); i++) {
            String uri = signature.getSignedInfo().item(i).getURI();
            referenced |= ("#" + properties.getAttribute("Id")).equals(uri);
        }
        if (!referenced) {
            throw new IOException("SignedProperties are not signed");
        }
        String target = ((Element) properties.getParentNode()).getAttribute("Target");
        if (!target.equals("#" + element.getAttribute("Id"))) {
            throw new IOException("Target is " + target);
        }
        Element digest = child(properties, XADES, "CertDigest");
        String method = child(digest, Constants.SignatureSpecNS, "DigestMethod").getAttribute("Algorithm");
        byte[] named = Base64.getMimeDecoder()
            .decode(child(digest, Constants.SignatureSpecNS, "DigestValue").getTextContent());
        String name = method.endsWith("512") ? "SHA-512" : method.endsWith("384") ? "SHA-384" : "SHA-256";
        if (!Arrays.equals(named, MessageDigest.getInstance(name).digest(cert.getEncoded()))) {
            throw new IOException("SigningCertificate names another certificate");
        }
    }

    /** verify FILE CERT[,CERT...] [FOLDER]: every signature, by these certificates in document order. */
    private static String verify(List<String> words) throws Exception {
        Document document = read(Paths.get(words.get(1)));
        String[] certs = words.get(2).split(",");
        NodeList found = document.getElementsByTagNameNS(Constants.SignatureSpecNS, "Signature");
        int count = 0;
        for (int i = 0; i < found.getLength(); i++) {
            Element element = (Element) found.item(i);
            if (inAnother(element)) {
                continue;
            }
            if (count >= certs.length) {
                throw new IOException("more signatures than certificates");
            }
            X509Certificate cert = readCertificate(certs[count++]);
            XMLSignature signature = new XMLSignature(element, "", true);
            if (words.size() > 3) {
                signature.addResourceResolver(new Folder(Paths.get(words.get(3))));
            }
            X509Certificate carried = signature.getKeyInfo().getX509Certificate();
            if (!cert.equals(carried)) {
                throw new IOException("KeyInfo carries another certificate first");
            }
            if (!signature.checkSignatureValue(cert)) {
                throw new IOException("signature " + count + " does not verify");
            }
            checkProperties(element, signature, cert);
        }
        if (count != certs.length) {
            throw new IOException("signatures: " + count);
        }
        return String.valueOf(count);
    }

    // Signing

    private static String algorithm(PrivateKey key, String digest, boolean pss) {
        if (key.getAlgorithm().equals("EC")) {
            return MORE + "ecdsa-" + digest;
        }
        return pss ? "http://www.w3.org/2007/05/xmldsig-more#" + digest + "-rsa-MGF1" : MORE + "rsa-" + digest;
    }

    private static String digestUri(String digest) {
        return digest.equals("sha384") ? MORE + digest : "http://www.w3.org/2001/04/xmlenc#" + digest;
    }

    private static Element add(Element parent, String space, String name) {
        String prefix = space.equals(XADES) ? "xades:" : "ds:";
        Element e = parent.getOwnerDocument().createElementNS(space, prefix + name);
        parent.appendChild(e);
        return e;
    }

    private static Element text(Element parent, String space, String name, String value) {
        Element e = add(parent, space, name);
        e.setTextContent(value);
        return e;
    }

    /** QualifyingProperties with SigningTime and SigningCertificate (TS 101 903, 7.2.1 and 7.2.2). */
    private static void addProperties(XMLSignature signature, X509Certificate cert, String c14n) throws Exception {
        Document document = signature.getDocument();
        ObjectContainer object = new ObjectContainer(document);
        signature.appendObject(object);
        Element qualifying = document.createElementNS(XADES, "xades:QualifyingProperties");
        qualifying.setAttributeNS(Constants.NamespaceSpecNS, "xmlns:xades", XADES);
        qualifying.setAttributeNS(null, "Target", "#imza");
        object.getElement().appendChild(qualifying);
        Element properties = add(qualifying, XADES, "SignedProperties");
        properties.setAttributeNS(null, "Id", "ozellikler");
        properties.setIdAttributeNS(null, "Id", true);
        Element signed = add(properties, XADES, "SignedSignatureProperties");
        text(signed, XADES, "SigningTime", "2026-01-05T10:00:00+03:00");
        Element one = add(add(signed, XADES, "SigningCertificate"), XADES, "Cert");
        Element digest = add(one, XADES, "CertDigest");
        add(digest, Constants.SignatureSpecNS, "DigestMethod").setAttributeNS(null, "Algorithm", SHA256);
        text(digest, Constants.SignatureSpecNS, "DigestValue",
            Base64.getEncoder().encodeToString(MessageDigest.getInstance("SHA-256").digest(cert.getEncoded())));
        Element serial = add(one, XADES, "IssuerSerial");
        text(serial, Constants.SignatureSpecNS, "X509IssuerName", cert.getIssuerX500Principal().getName());
        text(serial, Constants.SignatureSpecNS, "X509SerialNumber", cert.getSerialNumber().toString());
        Transforms transforms = new Transforms(document);
        transforms.addTransform(c14n);
        signature.addDocument("#ozellikler", transforms, SHA256, null, SIGNED_PROPERTIES);
    }

    private static String c14n(String name) {
        switch (name) {
            case "inc": return INCLUSIVE;
            case "c14n11": return Canonicalizer.ALGO_ID_C14N11_OMIT_COMMENTS;
            default: return EXCLUSIVE;
        }
    }

    /** The ways of leaving the signature out of the document. */
    private static void addEnvelopedTransform(Transforms t, Document document, String how) throws Exception {
        if (how.equals("xpath")) {
            XPathContainer xpath = new XPathContainer(document);
            xpath.setXPathNamespaceContext("ds", Constants.SignatureSpecNS);
            xpath.setXPath("not(ancestor-or-self::ds:Signature)");
            t.addTransform(Transforms.TRANSFORM_XPATH, xpath.getElement());
        } else if (how.equals("filter2")) {
            t.addTransform(Transforms.TRANSFORM_XPATH2FILTER,
                XPath2FilterContainer.newInstanceSubtract(document, "/descendant::ds:Signature").getElement());
        } else {
            t.addTransform(Transforms.TRANSFORM_ENVELOPED_SIGNATURE);
        }
    }

    private static void addContent(XMLSignature signature, String shape, String form, String digest)
            throws Exception {
        Document document = signature.getDocument();
        Transforms t = new Transforms(document);
        if (shape.equals("enveloping") || shape.equals("base64")) {
            ObjectContainer object = new ObjectContainer(document);
            object.setId("nesne");
            signature.appendObject(object);
            if (shape.equals("base64")) {
                object.getElement().setTextContent(Base64.getMimeEncoder().encodeToString("içerik\n".getBytes("UTF-8")));
                t.addTransform(Transforms.TRANSFORM_BASE64_DECODE);
            } else {
                Element content = document.createElementNS("urn:example:icerik", "i:icerik");
                content.setAttributeNS(Constants.NamespaceSpecNS, "xmlns:i", "urn:example:icerik");
                content.setTextContent("Ayşe & İsmail");
                object.getElement().appendChild(content);
                t.addTransform(c14n(form));
            }
            signature.addDocument("#nesne", t, digestUri(digest));
        } else if (shape.equals("detached")) {
            signature.addDocument("veri%201.bin", null, digestUri(digest));
        } else {
            addEnvelopedTransform(t, document, shape);
            t.addTransform(c14n(form));
            if (form.equals("exc-prefixes")) {
                t.item(t.getLength() - 1).getElement()
                    .appendChild(new InclusiveNamespaces(document, "b #default").getElement());
            }
            signature.addDocument("", t, digestUri(digest));
        }
    }

    /** sign KEY CERT IN OUT SHAPE C14N DIGEST plain|pss xades|dsig [FOLDER] */
    private static String sign(List<String> words) throws Exception {
        PrivateKey key = readKey(words.get(1));
        X509Certificate cert = readCertificate(words.get(2));
        String shape = words.get(5);
        String form = words.get(6);
        String digest = words.get(7);
        boolean own = shape.equals("enveloping") || shape.equals("base64") || shape.equals("detached");
        Document document = own ? DocumentBuilderFactory.newInstance().newDocumentBuilder().newDocument()
            : read(Paths.get(words.get(3)));
        XMLSignature signature = new XMLSignature(document, "", algorithm(key, digest, words.get(8).equals("pss")),
            c14n(form));
        signature.setId("imza");
        Node place = own ? document : document.getDocumentElement();
        place.appendChild(signature.getElement());
        if (words.size() > 10) {
            signature.addResourceResolver(new Folder(Paths.get(words.get(10))));
        }
        if (words.get(9).equals("xades")) {
            addProperties(signature, cert, c14n(form));
        }
        addContent(signature, shape, form, digest);
        signature.addKeyInfo(cert);
        signature.sign(key);
        try (FileOutputStream out = new FileOutputStream(words.get(4))) {
            XMLUtils.outputDOM(document, out);
        }
        return "";
    }

    /** validate SCHEMA FILE: every ds:Signature of the document, each for itself. */
    private static String validate(List<String> words) throws Exception {
        if (schema == null) {
            schema = SchemaFactory.newInstance(XMLConstants.W3C_XML_SCHEMA_NS_URI).newSchema(new File(words.get(1)));
        }
        NodeList found = read(Paths.get(words.get(2))).getElementsByTagNameNS(Constants.SignatureSpecNS, "Signature");
        for (int i = 0; i < found.getLength(); i++) {
            schema.newValidator().validate(new DOMSource(found.item(i)));
        }
        return String.valueOf(found.getLength());
    }

    // Commands

    private static String run(List<String> words) throws Exception {
        switch (words.isEmpty() ? "" : words.get(0)) {
            case "sign": return sign(words);
            case "verify": return verify(words);
            case "validate": return validate(words);
            default: throw new IllegalArgumentException("commands: sign, verify, validate, batch");
        }
    }

    private static String reason(Exception e) {
        String text = e.getMessage() == null ? "" : ": " + e.getMessage().replace('\n', ' ');
        return e.getClass().getSimpleName() + text;
    }

    /** One command a line, its words parted by tabs; one answer a line. */
    private static void batch() throws IOException {
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            try {
                System.out.println(("ok " + run(new ArrayList<>(Arrays.asList(line.split("\t"))))).trim());
            } catch (Exception e) {
                System.out.println("fail " + reason(e));
            }
        }
    }

    public static void main(String[] args) throws IOException {
        System.setProperty("org.apache.xml.security.ignoreLineBreaks", "false");
        Security.addProvider(new BouncyCastleProvider());
        Init.init();
        if (args.length == 1 && args[0].equals("batch")) {
            batch();
            return;
        }
        try {
            System.out.println(("OK " + run(Arrays.asList(args))).trim());
        } catch (Exception e) {
            System.out.println("FAIL " + reason(e));
            System.exit(1);
        }
    }
}
