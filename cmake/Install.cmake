# What a user of the library gets: shared library, headers, pkg-config file, CMake package, the program.
if(TARGET sign)
  include(CMakePackageConfigHelpers)
  install(TARGETS sign EXPORT MaviKalemTargets LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR})
  install(FILES libsign/include/sign.h DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
  install(FILES ${SIGN_HEADERS} DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/sign)
  install(FILES libsign/form/basvuru.xsd DESTINATION ${CMAKE_INSTALL_DATADIR}/mavikalem)
  install(EXPORT MaviKalemTargets NAMESPACE MaviKalem:: DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/MaviKalem)
  configure_package_config_file(cmake/MaviKalemConfig.cmake.in "${CMAKE_BINARY_DIR}/cmake/MaviKalemConfig.cmake"
    INSTALL_DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/MaviKalem)
  write_basic_package_version_file("${CMAKE_BINARY_DIR}/cmake/MaviKalemConfigVersion.cmake"
    COMPATIBILITY SameMinorVersion)
  install(FILES "${CMAKE_BINARY_DIR}/cmake/MaviKalemConfig.cmake"
    "${CMAKE_BINARY_DIR}/cmake/MaviKalemConfigVersion.cmake" DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/MaviKalem)
  # From the library's folder (lib, or lib/x86_64-linux-gnu) back to the prefix.
  string(REGEX REPLACE "[^/]+" ".." SIGN_PC_UP "${CMAKE_INSTALL_LIBDIR}")
  configure_file(cmake/libsign.pc.in "${CMAKE_BINARY_DIR}/cmake/libsign.pc" @ONLY)
  install(FILES "${CMAKE_BINARY_DIR}/cmake/libsign.pc" DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
endif()
if(TARGET kalem)
  install(TARGETS kalem RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
endif()
