/* reports.h - verify --report KIND=FILE and --html FILE: one verification told in several forms. */
#ifndef CLI_REPORTS_H
#define CLI_REPORTS_H

#include "app.h"

extern const struct option_row report_rows[];

struct reports {
    struct {
        sign_report_form form;
        const char *path; /* "-": standard output, at most once */
    } list[MAX_VALUES + 1];
    size_t n;
    bool force, to_stdout;
};

/* Reads the options and looks at the places, before anything is verified; 0 or the exit code. */
int reports_read(const struct app *app, const struct args *args, struct reports *out);
/* One of them tells more than is kept without being asked for. */
bool reports_detailed(const struct reports *r);
/* Writes them all; 0 or the exit code. */
int reports_write(const struct app *app, const struct reports *r, const sign_report *report);
/* Says where they are; the exit code of saying it. */
int reports_tell(const struct app *app, const struct reports *r);

#endif
