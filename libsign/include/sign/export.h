/* sign/export.h - how the functions of the library are declared. */
#ifndef SIGN_EXPORT_H
#define SIGN_EXPORT_H

#if defined(__GNUC__)
/* Exported from the shared library; everything else is hidden. */
#define SIGN_API __attribute__((visibility("default")))
/* Exported, and its result must be looked at. */
#define SIGN_CALL SIGN_API __attribute__((warn_unused_result))
#else
#define SIGN_API
#define SIGN_CALL
#endif

#ifdef __cplusplus
#define SIGN_BEGIN_C extern "C" {
#define SIGN_END_C   }
#else
#define SIGN_BEGIN_C
#define SIGN_END_C
#endif

#endif
