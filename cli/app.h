/* app.h - what every command of kalem shares: arguments by table, texts in two languages, output, exit codes.
 */
#ifndef CLI_APP_H
#define CLI_APP_H

#include <jansson.h>
#include <sign.h>
#include <stdbool.h>
#include <stdio.h>

/* Exit codes that are not results of the library (the contract of the program). */
enum {
    EXIT_DONE = 0,
    EXIT_NOT_PASSED = 1,
    EXIT_NO_SIGNATURE = 3,
    EXIT_IO = 5,
    EXIT_NETWORK = 6,
    EXIT_TOKEN = 7,
    EXIT_REFUSED = 8,
    EXIT_INTERRUPTED = 9,
    EXIT_USAGE = 64,
    EXIT_INTERNAL = 70
};

/* A text in both languages. */
struct words {
    const char *tr, *en;
};

enum option_kind { OPT_FLAG, OPT_VALUE, OPT_LIST };

/* One row of a command's option table: parsing, help, man page and completions are made from it. */
struct option_row {
    const char *name; /* without the dashes */
    char letter;      /* short form, 0: none */
    enum option_kind kind;
    const char *value; /* what stands for the value in help, "FILE" */
    struct words help;
};

enum { PATH_SHOWN = 4200 }; /* octets of a path in a message */
enum { MAX_OPTIONS = 48, MAX_VALUES = 64, MAX_TABLES = 8 };

/* A command line, taken apart. */
struct args {
    const struct command *command;
    struct {
        const struct option_row *row;
        const char *value;
    } given[MAX_VALUES];
    size_t n_given;
    char *const *operands;
    size_t n_operands;
    char *from_config[MAX_VALUES]; /* values that a configuration file gave; owned */
    size_t n_from_config;
};

struct app {
    sign_lang lang;
    bool json, quiet;
    int verbose;
    bool color;
    const char *command; /* for "schema", unless it says otherwise, and the help */
    const char *schema;  /* NULL: the command */
};

struct command {
    const char *name;
    const char *operands; /* "FILE", for help */
    size_t min, max;      /* how many of them */
    struct words summary;
    struct words about;                          /* a paragraph for the command's own help */
    const struct option_row *tables[MAX_TABLES]; /* NULL: no more; each ends with a zero row */
    const char *examples;                        /* lines */
    int (*run)(struct app *app, const struct args *args);
};

extern const struct command commands[]; /* ends with a zero row */
extern const struct option_row global_options[];

/* args.c */
bool args_flag(const struct args *a, const char *name);
const char *args_value(const struct args *a, const char *name); /* the last one; NULL: not given */
/* The row of that name in the command's tables, NULL when it takes no such option. */
const struct option_row *command_option(const struct command *c, const char *name);
/* On the command line itself, not as a default of --config: what is asked for and would be ignored is
 * refused. */
bool args_asked(const struct args *a, const char *name);
/* --module given for what is no pkcs11: URI (NULL: the tokens present): EXIT_USAGE; otherwise 0. */
int module_check(const struct app *app, const struct args *args, const char *where);
/* Copies up to max values of a repeated option; returns how many. */
size_t args_list(const struct args *a, const char *name, const char **out, size_t max);
/* Parses argv; 0, or the exit code after the message was printed. Asked for help or the version, it prints
 * that and says so in *done. */
int args_parse(struct app *app, int argc, char **argv, struct args *out, bool *done);

/* One verb of a command that has several. */
struct verb {
    const char *name, *options; /* " from set ": of the command's options those that it takes */
    size_t min, max;            /* operands behind it */
    int (*run)(struct app *app, const struct args *args);
};
/* Refuses an option that the verb does not take (a default of --config is none that was asked for), looks at
 * the number of operands, and runs it. `list` ends with a zero row; `must_be` is said of an unknown verb. */
int verb_run(struct app *app, const struct args *args, const struct verb *list, struct words must_be);

/* Applies a global option to app; 0 or the exit code. */
int global_apply(struct app *app, const char *name, const char *value);

/* places.c */
/* A file of this person's own, malloc'd; NULL when there is no home (or no memory). */
char *place_of_config(const char *name);
char *place_of_cache(const char *name);
/* Makes the folders above a file; 0, or -1 with errno. */
int place_make(const char *path);

/* config.c */
int config_read(const struct app *app, const char *path, struct args *args);
void config_free(struct args *args);

/* help.c */
/* Prints the page of a command, or of all (NULL); returns the exit code. */
int help_page(const struct app *app, const struct command *c);
int run_help(struct app *app, const struct args *args);
int run_version(struct app *app, const struct args *args);

/* errors.c */
/* Prints a library error as text on stderr or as the JSON object on stdout; returns its exit code. */
int tell_error(const struct app *app, const sign_error *err);

/* output.c */
const char *say(const struct app *app, struct words w);
/* The text with a ? for each octet that is no UTF-8 or would steer a terminal; cut to size. */
void printable(const char *text, char *out, size_t size);

/* As tell_error, for the program's own errors. */
int tell(const struct app *app, int exit, const char *code, const char *text, const char *hint);
/* Likewise, with what there is of a result beside the error in the JSON object; takes the reference. */
int tell_with(const struct app *app, int exit, const char *code, const char *text, const char *hint,
              json_t *result);
int usage(const struct app *app, struct words text, const char *detail);
int no_memory(const struct app *app);
int no_signature(const struct app *app);
/* Prints `object` with schema and exit put first, takes the reference; returns `exit`. */
int print_json(const struct app *app, int exit, json_t *object);
/* "sign", -> {"output": path} or one line for a person. */
int tell_output(const struct app *app, const char *path, struct words done);
/* Writes bytes to stdout; an error is EXIT_IO with its message. */
int print_bytes(const struct app *app, const void *data, size_t n);
/* fflush and check: a full disk behind stdout is an error and not silence. */
int finish_stdout(const struct app *app, int exit);
void mask_person(const char *number, char *out, size_t size);

/* files.c */
/* FILE as the library takes it: "-" is standard input, spooled to an unlinked temporary file. */
struct document {
    sign_input in;
    int spool; /* descriptor, -1 none */
    char path[64];
};
/* EXIT_IO with errno's reason behind `what` and the path. */
int io_error(const struct app *app, const char *code, struct words what, const char *path);
int document_open(const struct app *app, const char *file, struct document *out);
void document_close(struct document *d);
/* Where -o says; -o - is standard output (not with --json). `fallback` when there is no -o; NULL: -o is
 * needed. */
int output_choose(const struct app *app, const struct args *args, const char *fallback, sign_output *out);
/* Reads a small file whole (limit bytes). */
int file_whole(const struct app *app, const char *path, size_t limit, sign_buf *out);

/* The report as the JSON that --json prints; NULL: the message was printed and *code is the exit code. */
json_t *report_json(const struct app *app, const sign_report *report, int *code);

/* format.c */
/* --format into `o`; SIGN_AUTO for a command that adds to a signature and was not told. */
int format_read(const struct app *app, const struct args *args, sign_options *o);
/* The format of what is added to a signature whose `format` a report names. */
int format_found(const struct app *app, const struct args *args, const char *found, sign_options *o);
/* Reads what depends on the format, which is known by now: packaging, and the options of one format alone. */
int format_options(const struct app *app, const struct args *args, sign_options *o);
/* The default name of the output for `file`, malloc'd; NULL for standard input, which has no name. */
char *output_name(const char *file, const sign_options *o);
/* A detached X.p7s or X.xades.xml finds X beside it: malloc'd X, or NULL when it is another name or X cannot
 * be read. */
char *content_beside(const char *file);
/* Its first octets are those of XML; nothing is said about the rest. */
bool document_is_xml(const struct document *d);

/* dump.c: the octets that are digested, as files of a folder, for `inspect --dump-c14n`. */
struct dump {
    const struct app *app;
    const char *dir; /* made with the first file */
    bool force;
    int failed;    /* the exit code after the message was printed */
    json_t *files; /* their paths, as they came */
    json_t *taken; /* names of this run: another signature's must differ */
    json_t *stems; /* by signature id: how the names of its files begin */
    FILE *to;      /* the file being written, NULL: none */
    char *path;    /* of it; owned */
};
/* Fits sign_verify_options.digested; user is a struct dump. */
sign_rc dump_piece(void *user, const char *id, const char *what, sign_bytes piece, sign_error *err);
/* Says where the files are; the exit code of saying it. */
int dump_tell(const struct dump *d);
/* Removes a file that a failed run left half-written. */
void dump_free(struct dump *d);

/* store.c: the trust stores */
extern const struct option_row store_rows[];
struct stores {
    char *own_path, *system_path; /* NULL: there is none */
    sign_anchors *own, *system;
    sign_anchor *list; /* by stores_merge: the own ones, then those beneath that are not among them */
    size_t n, n_own;
    int lock; /* -1: none */
};
/* Reads --store alone, or the person's own and the machine's; what is absent is empty. */
int stores_open(const struct app *app, const struct args *args, struct stores *out);
sign_rc stores_read(const struct args *args, struct stores *out,
                    sign_error *err); /* likewise, without a word */
int stores_merge(const struct app *app, struct stores *s);
void stores_free(struct stores *s);
bool anchors_have(const sign_anchors *list, const char *sha256);
/* Makes the folder of the store `path` and waits until nobody else changes what is in it. */
int store_lock(const struct app *app, struct stores *s, const char *path);
/* EXIT_IO when --store names what cannot be read: a name mistyped is no empty store. */
int store_must_exist(const struct app *app, const struct args *args);

/* door.c: the network */
extern const struct option_row net_rows[];
/* What was asked for through the door, and what came of it. */
struct asked {
    sign_fetch_kind kind;
    char *url;
    sign_rc rc;
    sign_fetch_from from;
    size_t octets;
    int status;
    int64_t obtained, expires;
    char problem[200];
};
struct door {
    const struct app *app;
    const struct args *args;
    sign_fetch fetch; /* for one thread; what `user` points to must stay where it is */
    sign_net_options options;
    const char *allow[MAX_VALUES];
    char *cache; /* owned; NULL: none */
    sign_nonce nonce;
    sign_net *net; /* NULL: not opened, or not yet */
    struct asked *asked;
    size_t n_asked;
};
/* Reads the options; the network and the cache are opened when something is asked for. */
int door_prepare(const struct app *app, const struct args *args, struct door *out);
void door_close(struct door *d);
/* Says on stderr what came from the network; with -v also what was remembered. */
void door_tell(const struct door *d);
json_t *asked_json(const struct asked *a);
void asked_print(FILE *to, const struct app *app, const struct asked *a);
/* "crl": for programs; and for people. */
const char *fetch_code(sign_fetch_kind kind);
const char *fetch_word(const struct app *app, sign_fetch_kind kind);
/* The file of the cache, malloc'd into *out; left alone when there is to be none. */
int cache_choose(const struct app *app, const struct args *args, char **out);

/* evidence.c */
extern const struct option_row evidence_rows[];
struct evidence {
    sign_trust *trust;
    bool from_store; /* anchors of the stores, not of --trust */
    struct stores stores;
    struct door door;
};
/* Close it in any case; it must stay where it is. */
int evidence_open(const struct app *app, const struct args *args, struct evidence *out);
void evidence_close(struct evidence *e);
/* Says on stderr where the anchors come from (-v), and after an exit code of doubt that there are none. */
void evidence_tell(const struct app *app, const struct args *args, const struct evidence *e, int code);
/* --at; 0 in *out when it is not given. */
int time_at(const struct app *app, const struct args *args, int64_t *out);

/* verify.c */
/* Prints the report as --json, -v and --quiet want it; the exit code. */
int report_print(const struct app *app, const sign_report *report, const struct dump *dump);

/* secret.c */
struct secret_source {
    const struct app *app;
    const char *spec; /* --pin-source or NULL */
    bool missing;     /* a secret was asked for and there was no way to get it */
};
sign_rc secret_get(void *user, const sign_secret *ask, char *out, size_t size);
int secret_check(const struct app *app, const char *spec); /* is the spec of a known form? */

/* sign_options.c */
extern const struct option_row format_rows[];
extern const struct option_row packaging_rows[]; /* where the content is */
extern const struct option_row key_rows[];       /* who signs */
extern const struct option_row output_rows[];    /* -o, --force */
extern const struct option_row attribute_rows[]; /* how, and what is said with it */
extern const struct option_row xml_rows[];       /* likewise, of XML signatures only */
struct sign_setup {
    sign_options options;
    const char *roles[MAX_VALUES];
    const char *lines[6];
    uint8_t hash[64];
    sign_certs *extra;
    sign_bytes extra_list[64];
};
int sign_setup_read(const struct app *app, const struct args *args, struct sign_setup *out);
void sign_setup_free(struct sign_setup *s);
/* Opens the key of --key, or the one NES on the tokens (of `person`, a TCKN, when not NULL). */
int key_open(const struct app *app, const struct args *args, const char *person, sign_key **out);
/* Opens a key file for the certificates in it. */
int key_file_open(const struct app *app, const struct args *args, const char *file, sign_key **out);
/* Opens what is to be signed like document_open, and refuses with what to do, before a PIN is asked for:
 * standard input under a detached xades signature, a form that is signed already, a file that is no XML under
 * a signature that is to stand inside it. */
int document_to_sign(const struct app *app, const char *file, const sign_options *options,
                     struct document *doc);
/* Whether there is a signature in it, sound or not. */
bool is_signed(const sign_input *in);
/* Says that a form is signed already, and what can be done with it; EXIT_REFUSED. */
int tell_signed(const struct app *app, const struct document *doc);
/* Says that a detached signature of a form is over its canonical XML, when the file is written in another
 * way. */
void canonical_note(const struct app *app, const sign_options *options, const struct document *doc);
/* --pss and a certificate (DER) whose key is not RSA: EXIT_USAGE; otherwise 0. */
int pss_check(const struct app *app, const sign_options *options, sign_bytes certificate);

/* the commands */
int run_sign(struct app *app, const struct args *args);
int run_cosign(struct app *app, const struct args *args);
int run_prepare(struct app *app, const struct args *args);
int run_assemble(struct app *app, const struct args *args);
int run_verify(struct app *app, const struct args *args);
int run_inspect(struct app *app, const struct args *args);
int run_extract(struct app *app, const struct args *args);
int run_form(struct app *app, const struct args *args);
int run_token(struct app *app, const struct args *args);
int run_cert(struct app *app, const struct args *args);
int run_trust(struct app *app, const struct args *args);
int run_cache(struct app *app, const struct args *args);
int run_doctor(struct app *app, const struct args *args);
int run_policy(struct app *app, const struct args *args);
extern const struct option_row verify_rows[], cert_rows[], trust_rows[], cache_rows[], doctor_rows[];

/* policy.c */
/* The built-in policy of that name (NULL: the default), or that of a file. */
int policy_choose(const struct app *app, const char *name, sign_policy **out);

/* cert.c */
json_t *cert_json(const sign_cert *c);
struct words cert_kind_words(sign_cert_kind kind);
/* The certificates of FILE or of a pkcs11: URI. */
int certs_open(const struct app *app, const struct args *args, const char *where, sign_certs **out);

/* token.c */
/* The certificate that a pkcs11: URI names, without login. */
int certs_of_token(const struct app *app, const struct args *args, const char *uri, sign_certs **out);
/* How many objects and how many NES there are on the tokens present. */
sign_rc tokens_count(const char *module, size_t *objects, size_t *nes, sign_error *err);

#endif
