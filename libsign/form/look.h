/* form/look.h - is a document a form? With the error that sign_form_is cannot tell. */
#ifndef FORM_LOOK_H
#define FORM_LOOK_H

#include <sign/form.h>
#include <stdbool.h>

/*
 * *is as sign_form_is says. SIGN_E_IO, SIGN_E_MEMORY: it could not be found out. Then the document must not
 * be signed as one that is no form, because a form may be signed by its applicant only.
 */
sign_rc form_look(const sign_input *in, bool *is, sign_error *err);

#endif
