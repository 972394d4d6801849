/* crypto/algorithms.h - the one dated table of algorithms: until when each may be relied on, by which list,
 * by whom it is used. Creation asks it what may sign now, verification what could be relied on at the time
 * that is proven.
 *
 * Times are seconds since 1970 of the last moment at which the algorithm is good; OPEN: no end known; NEVER:
 * it is on no list. Whoever uses the table defines the two.
 *
 * `etsi`: TS 119 312 V1.5.1 with the SOG-IS agreed mechanisms. 2004-08-01 MD5; 2010-08-01 RSA 786; 2012-08-01
 * SHA-1 and curves below 224 bits; 2015-12-01 DSA below 3072; 2019-10-01 RSA below 2048; 2021-10-01 curves
 * below 256; 2029-01-01 SHA-224, RSA below 3000 bits or by PKCS#1 v1.5, and DSA. It starts RSA at 1900 bits
 * where this table has 2048, because the Tebliğ does.
 *
 * `signer`: the communiqué on electronic signatures (Tebliğ), article 6, for whoever signs. 2009-01-01 for
 * what the list of 2006 alone had: SHA-1, SHA-224, RSA and DSA 1024, curves of 163 bits.
 *
 * `provider`: likewise for certification service providers (ESHS: authorities, OCSP responders, time-stamping
 * authorities). RSA below 4096 bits, and PKCS#1 v1.5 at any size, until 2020-01-01: from then on the list has
 * RSA 4096 with PSS only. They signed with SHA-1 for some years after 2008, so that the end by ETSI stands.
 *
 * The communiqué is prolonged every three years (now to 2027-12-31); its own end is none of the algorithms.
 */
#ifndef CRYPTO_ALGORITHMS_H
#define CRYPTO_ALGORITHMS_H

/* clang-format off */
/* X(P, id, name, octets, URI in XML signatures (RFC 9231, 2.1), etsi, signer, provider) */
#define CRYPTO_DIGESTS(X, P) \
    X(P, MD5, "MD5", 16, DSIG_MORE "md5", 1091318400, NEVER, NEVER) \
    X(P, SHA1, "SHA-1", 20, "http://www.w3.org/2000/09/xmldsig#sha1", 1343779200, 1230768000, 1343779200) \
    X(P, SHA224, "SHA-224", 28, DSIG_MORE "sha224", 1861920000, 1230768000, 1343779200) \
    X(P, SHA256, "SHA-256", 32, XENC "sha256", OPEN, OPEN, OPEN) \
    X(P, SHA384, "SHA-384", 48, DSIG_MORE "sha384", OPEN, OPEN, OPEN) \
    X(P, SHA512, "SHA-512", 64, XENC "sha512", OPEN, OPEN, OPEN) \
    X(P, SHA3_256, "SHA3-256", 32, DSIG_2007 "sha3-256", OPEN, OPEN, OPEN) \
    X(P, SHA3_384, "SHA3-384", 48, DSIG_2007 "sha3-384", OPEN, OPEN, OPEN) \
    X(P, SHA3_512, "SHA3-512", 64, DSIG_2007 "sha3-512", OPEN, OPEN, OPEN)

/* X(P, bits, etsi, signer, provider): keys of at least so many bits, ascending. RSA is PKCS#1 v1.5, RSA_PSS is
 * RSASSA-PSS, whatever the key says of itself. */
#define CRYPTO_KEYS_RSA(X, P) \
    X(P, 786, 1280620800, NEVER, NEVER) \
    X(P, 1024, 1569888000, 1230768000, NEVER) \
    X(P, 2048, 1861920000, OPEN, 1577836800)
#define CRYPTO_KEYS_RSA_PSS(X, P) \
    X(P, 786, 1280620800, NEVER, NEVER) \
    X(P, 1024, 1569888000, 1230768000, NEVER) \
    X(P, 2048, 1861920000, OPEN, 1577836800) \
    X(P, 3000, OPEN, OPEN, 1577836800) \
    X(P, 4096, OPEN, OPEN, OPEN)
#define CRYPTO_KEYS_EC(X, P) \
    X(P, 160, 1343779200, 1230768000, NEVER) \
    X(P, 224, 1633046400, 1230768000, NEVER) \
    X(P, 256, OPEN, OPEN, OPEN)
#define CRYPTO_KEYS_DSA(X, P) \
    X(P, 1024, 1448928000, 1230768000, NEVER) \
    X(P, 2048, 1448928000, 1230768000, 1230768000) \
    X(P, 3072, 1861920000, OPEN, OPEN)
/* clang-format on */

#endif
