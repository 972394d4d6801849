# mkvectors makes all vectors of testdata. Read by the tests, and by the benchmarks of a release, which has no tests and wants
# what mkvectors --stamps makes.
set(cases "${PROJECT_SOURCE_DIR}/tests/cases")
set(stamps "${PROJECT_SOURCE_DIR}/tests/stamps")

# Certificates, lists and responses told in rows.
add_library(pathworld STATIC EXCLUDE_FROM_ALL "${cases}/path_make.c" "${cases}/path_documents.c")
sign_test_flags(pathworld)
target_link_libraries(pathworld PUBLIC room_base room_der OpenSSL::Crypto)

# Signatures with time. Nothing that reads or writes a signature is to be had here: the DER builder is all there is of the library.
set(sources vectors.c base.c message.c token.c cades_imprint.c cades.c xml_imprint.c xades.c xades_parts.c world.c rows_levels.c
  rows_faults.c rows_suite.c rows_moments.c rows_hostile.c rows_two.c two.c)
list(TRANSFORM sources PREPEND "${stamps}/")
add_library(stamps STATIC EXCLUDE_FROM_ALL ${sources})
sign_test_flags(stamps)
target_link_libraries(stamps PUBLIC pathworld room_base room_der OpenSSL::Crypto PkgConfig::LIBXML2)

# The XML forger; run_live makes with it what is too large to keep.
set(sources xforge.c xforge_key.c xml_wrapping.c xml_structure.c xml_related.c xml_values.c xml_tricks.c xml_parser.c)
list(TRANSFORM sources PREPEND "${cases}/")
add_library(xmlforge STATIC EXCLUDE_FROM_ALL ${sources})
sign_test_flags(xmlforge)
target_link_libraries(xmlforge PUBLIC room_base OpenSSL::Crypto PkgConfig::LIBXML2)

set(sources mkvectors.c forge.c mint.c tricks_rsa.c tricks_ec.c tricks_who.c shapes_encoding.c shapes_signers.c shapes_unsigned.c
  path_vectors.c path_chains.c path_search.c path_status.c path_answers.c)
list(TRANSFORM sources PREPEND "${cases}/")
add_executable(mkvectors EXCLUDE_FROM_ALL ${sources})
sign_test_flags(mkvectors)
target_link_libraries(mkvectors PRIVATE stamps xmlforge pathworld room_key room_pki OpenSSL::Crypto PkgConfig::LIBXML2)
