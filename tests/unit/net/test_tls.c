/* https: a server that nobody vouches for is told as that, and nothing it sends is taken. */
#include "site.h"

#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <netinet/in.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

enum { WAIT_MS = 20000 };

/* A server with a certificate of its own making, for one connection. */
struct tls_site {
    int fd;
    unsigned port;
    pthread_t thread;
    EVP_PKEY *key;
    X509 *cert;
    SSL_CTX *ctx;
    bool shaken;   /* the handshake was completed */
    int alert;     /* reason of OpenSSL, when the client ended it */
    size_t octets; /* of the request */
};

static void add_extension(X509 *cert, int id, const char *value) {
    X509_EXTENSION *x = X509V3_EXT_conf_nid(NULL, NULL, id, value);
    cr_assert(x != NULL && X509_add_ext(cert, x, -1) == 1);
    X509_EXTENSION_free(x);
}

static X509 *self_signed(EVP_PKEY *key) {
    X509 *cert = X509_new();
    X509_NAME *name = X509_get_subject_name(cert);
    cr_assert(
        cert != NULL && X509_set_version(cert, X509_VERSION_3) == 1 &&
        ASN1_INTEGER_set(X509_get_serialNumber(cert), 1) == 1 &&
        X509_gmtime_adj(X509_getm_notBefore(cert), -3600) != NULL &&
        X509_gmtime_adj(X509_getm_notAfter(cert), 3600) != NULL &&
        X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, (const unsigned char *)"Self", -1, -1, 0) == 1 &&
        X509_set_issuer_name(cert, name) == 1 && X509_set_pubkey(cert, key) == 1);
    add_extension(cert, NID_basic_constraints, "critical,CA:TRUE");
    add_extension(cert, NID_subject_alt_name, "IP:127.0.0.1"); /* all is right but who vouches for it */
    cr_assert_gt(X509_sign(cert, key, EVP_sha256()), 0);
    return cert;
}

static void talk(struct tls_site *s, SSL *ssl) {
    char request[4096], head[100];
    s->shaken = SSL_accept(ssl) == 1;
    if (!s->shaken) {
        s->alert = ERR_GET_REASON(ERR_peek_last_error());
        return;
    }
    int n = SSL_read(ssl, request, sizeof request), length = (int)site.crl.len;
    s->octets = n > 0 ? (size_t)n : 0;
    int size = snprintf(head, sizeof head, "HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n", length);
    if (n > 0 && SSL_write(ssl, head, size) == size)
        (void)SSL_write(ssl, site.crl.data, length);
    (void)SSL_shutdown(ssl);
}

static void *serve_one(void *arg) {
    struct tls_site *s = arg;
    struct pollfd p = {.fd = s->fd, .events = POLLIN};
    int fd = poll(&p, 1, WAIT_MS) == 1 ? accept(s->fd, NULL, NULL) : -1;
    SSL *ssl = SSL_new(s->ctx);
    struct timeval wait = {.tv_sec = WAIT_MS / 1000};
    if (fd >= 0 && ssl != NULL && setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait) == 0 &&
        SSL_set_fd(ssl, fd) == 1)
        talk(s, ssl);
    SSL_free(ssl);
    if (fd >= 0)
        close(fd);
    return NULL;
}

static void tls_start(struct tls_site *s) {
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof a;
    *s = (struct tls_site){.key = EVP_EC_gen("P-256"), .ctx = SSL_CTX_new(TLS_server_method())};
    cr_assert(s->key != NULL && s->ctx != NULL);
    s->cert = self_signed(s->key);
    cr_assert(SSL_CTX_use_certificate(s->ctx, s->cert) == 1 && SSL_CTX_use_PrivateKey(s->ctx, s->key) == 1);
    signal(SIGPIPE, SIG_IGN);
    s->fd = socket(AF_INET, SOCK_STREAM, 0);
    cr_assert(s->fd >= 0 && bind(s->fd, (struct sockaddr *)&a, size) == 0 && listen(s->fd, 4) == 0);
    cr_assert_eq(getsockname(s->fd, (struct sockaddr *)&a, &size), 0);
    s->port = ntohs(a.sin_port);
    cr_assert_eq(pthread_create(&s->thread, NULL, serve_one, s), 0);
}

static void tls_join(struct tls_site *s) {
    pthread_join(s->thread, NULL);
    close(s->fd);
    SSL_CTX_free(s->ctx);
    X509_free(s->cert);
    EVP_PKEY_free(s->key);
}

TestSuite(tls, .init = open_plain, .fini = close_all);

static void is_refused(const struct tls_site *s, sign_fetch_answer *a) {
    cr_assert_eq(a->rc, SIGN_E_NETWORK);
    cr_assert_not_null(strstr(a->problem, "certificate"), "%s", a->problem);
    cr_assert_not_null(strstr(a->problem, "self-signed"), "%s", a->problem);
    cr_assert(a->body.data == NULL && a->body.len == 0 && a->status == 0);
    cr_assert_not(s->shaken);
    cr_assert_eq(s->alert, SSL_R_TLSV1_ALERT_UNKNOWN_CA);
    cr_assert_eq(s->octets, 0u); /* not even what was asked for was told to it */
    answer_free(a);
}

Test(tls, a_certificate_that_nobody_vouches_for) {
    struct tls_site s;
    char url[100];
    tls_start(&s);
    door_open(&door);
    snprintf(url, sizeof url, "https://127.0.0.1:%u/crl", s.port);
    sign_fetch_answer a = get(&door, SIGN_FETCH_CRL, url);
    tls_join(&s);
    is_refused(&s, &a);
}

Test(tls, nor_after_a_redirect) {
    struct tls_site s;
    char url[300], path[100];
    tls_start(&s);
    door_open(&door);
    snprintf(path, sizeof path, "/to/302/https://127.0.0.1:%u/crl", s.port);
    sign_fetch_answer a = get(&door, SIGN_FETCH_CRL, site_url(&site, path, url));
    tls_join(&s);
    is_refused(&s, &a);
    cr_assert_eq(atomic_load(&site.hits), 1u);
}

/* The same server gives the list to who trusts it: what the door refuses is the certificate and nothing else.
 */
Test(tls, who_trusts_the_certificate_is_served) {
    struct tls_site s;
    char answer[4096];
    size_t n = 0;
    tls_start(&s);
    SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());
    cr_assert(ctx != NULL && X509_STORE_add_cert(SSL_CTX_get_cert_store(ctx), s.cert) == 1);
    SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER, NULL);
    SSL *ssl = SSL_new(ctx);
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    to.sin_port = htons((uint16_t)s.port);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    static const char request[] = "GET /crl HTTP/1.1\r\n\r\n";
    cr_assert(ssl != NULL && fd >= 0 && connect(fd, (struct sockaddr *)&to, sizeof to) == 0 &&
              X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), "127.0.0.1") == 1 &&
              SSL_set_fd(ssl, fd) == 1);
    cr_assert_eq(SSL_connect(ssl), 1);
    cr_assert_eq(SSL_write(ssl, request, sizeof request - 1), (int)sizeof request - 1);
    for (int got = 1; got > 0 && n<sizeof answer; n += got> 0 ? (size_t)got : 0)
        got = SSL_read(ssl, answer + n, (int)(sizeof answer - n));
    SSL_free(ssl);
    SSL_CTX_free(ctx);
    close(fd);
    tls_join(&s);
    cr_assert(s.shaken && s.octets == sizeof request - 1);
    cr_assert(n > site.crl.len && memcmp(answer + n - site.crl.len, site.crl.data, site.crl.len) == 0);
}

Test(tls, a_server_that_speaks_no_tls) {
    char url[100];
    door_open(&door);
    snprintf(url, sizeof url, "https://127.0.0.1:%u/crl", site.port);
    sign_fetch_answer a = get(&door, SIGN_FETCH_CRL, url);
    cr_assert(a.rc == SIGN_E_NETWORK && a.body.data == NULL && a.problem[0] != 0);
    cr_assert_eq(atomic_load(&site.hits), 0u);
}
