# kalem: everything in cli/, over <sign.h> only, so it links the library, jansson for its own JSON, inih for --config.
file(GLOB SIGN_CLI_SOURCES CONFIGURE_DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/cli/*.c"
     "${CMAKE_CURRENT_SOURCE_DIR}/cli/*.h")
if(TARGET sign AND SIGN_CLI_SOURCES MATCHES "\\.c(;|$)")
  add_executable(kalem ${SIGN_CLI_SOURCES})
  target_link_libraries(kalem PRIVATE sign PkgConfig::JANSSON PkgConfig::INIH)
  set_target_properties(kalem PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}"
    INSTALL_RPATH "$ORIGIN/../${CMAKE_INSTALL_LIBDIR}")
endif()
