import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.security.Security;
import java.security.cert.CertPathBuilder;
import java.security.cert.CertStore;
import java.security.cert.CertificateFactory;
import java.security.cert.CollectionCertStoreParameters;
import java.security.cert.PKIXBuilderParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509CertSelector;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Date;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

import org.bouncycastle.jcajce.PKIXExtendedBuilderParameters;
import org.bouncycastle.jcajce.PKIXExtendedParameters;
import org.bouncycastle.jcajce.PKIXCertStoreSelector;
import org.bouncycastle.jce.provider.BouncyCastleProvider;

/**
 * BouncyCastle's opinion of the chains in a file that paths wrote: a line each, "number valid" or "number invalid why".
 * All numbers are 32 bits, the most significant first: how many chains, the time; then for each chain its number,
 * flags (1 explicit policy, 2 no mapping, 4 no anyPolicy), policies, certificates (that asked about, the anchor,
 * others) and lists.
 */
public final class PathsBc {
    private static final String BC = "BC";
    private static final String POLICIES = "1.3.6.1.4.1.55555.";

    private record Question(int number, int flags, int[] policies, byte[][] certs, byte[][] crls, Date at) { }

    private PathsBc() { }

    private static byte[][] blobs(DataInputStream in) throws IOException {
        byte[][] out = new byte[in.readInt()][];
        for (int i = 0; i < out.length; i++) {
            out[i] = new byte[in.readInt()];
            in.readFully(out[i]);
        }
        return out;
    }

    private static Question question(DataInputStream in, Date at) throws IOException {
        int number = in.readInt();
        int flags = in.readInt();
        int[] policies = new int[in.readInt()];
        for (int i = 0; i < policies.length; i++) {
            policies[i] = in.readInt();
        }
        return new Question(number, flags, policies, blobs(in), blobs(in), at);
    }

    private static X509Certificate certificate(byte[] der) throws Exception {
        return (X509Certificate) CertificateFactory.getInstance("X.509", BC)
            .generateCertificate(new ByteArrayInputStream(der));
    }

    /** What cannot be read is no candidate, as for the others. */
    private static List<Object> readable(Question q) {
        List<Object> all = new ArrayList<>();
        for (int i = 2; i < q.certs.length; i++) {
            try {
                all.add(certificate(q.certs[i]));
            } catch (Exception e) {
                continue;
            }
        }
        for (byte[] der : q.crls) {
            try {
                all.add(CertificateFactory.getInstance("X.509", BC).generateCRL(new ByteArrayInputStream(der)));
            } catch (Exception e) {
                continue;
            }
        }
        return all;
    }

    private static void build(Question q) throws Exception {
        X509Certificate target = certificate(q.certs[0]);
        Set<TrustAnchor> anchors = Collections.singleton(new TrustAnchor(certificate(q.certs[1]), null));
        X509CertSelector wanted = new X509CertSelector();
        wanted.setCertificate(target);
        List<Object> given = readable(q);
        given.add(target);
        PKIXBuilderParameters base = new PKIXBuilderParameters(anchors, wanted);
        base.addCertStore(CertStore.getInstance("Collection", new CollectionCertStoreParameters(given), BC));
        base.setDate(q.at);
        base.setRevocationEnabled(true);
        base.setExplicitPolicyRequired((q.flags & 1) != 0);
        base.setPolicyMappingInhibited((q.flags & 2) != 0);
        base.setAnyPolicyInhibited((q.flags & 4) != 0);
        Set<String> initial = new HashSet<>();
        for (int policy : q.policies) {
            initial.add(POLICIES + policy);
        }
        base.setInitialPolicies(initial);
        PKIXExtendedParameters parameters = new PKIXExtendedParameters.Builder(base).setUseDeltasEnabled(true).build();
        CertPathBuilder.getInstance("PKIX", BC).build(
            new PKIXExtendedBuilderParameters.Builder(parameters).setMaxPathLength(-1).build());
    }

    private static String reason(Throwable e) {
        Throwable last = e;
        while (last.getCause() != null && last.getCause() != last) {
            last = last.getCause();
        }
        return (last.getClass().getSimpleName() + ": " + last.getMessage()).replaceAll("\\s+", " ");
    }

    private static String answer(Question q) {
        try {
            build(q);
            return q.number + " valid";
        } catch (Exception | StackOverflowError e) {
            return q.number + " invalid " + reason(e);
        }
    }

    public static void main(String[] args) throws Exception {
        Security.addProvider(new BouncyCastleProvider());
        ExecutorService workers = Executors.newFixedThreadPool(2, run -> {
            Thread t = new Thread(null, run, "judge", 256L << 10);
            t.setDaemon(true);
            return t;
        });
        List<Future<String>> answers = new ArrayList<>();
        try (DataInputStream in = new DataInputStream(new BufferedInputStream(new FileInputStream(args[0])))) {
            int count = in.readInt();
            Date at = new Date(in.readInt() * 1000L);
            for (int i = 0; i < count; i++) {
                Question q = question(in, at);
                answers.add(workers.submit(() -> answer(q)));
            }
        }
        PrintStream out = new PrintStream(System.out, false, "UTF-8");
        for (Future<String> a : answers) {
            out.println(a.get());
        }
        out.flush();
    }
}
