# libsign.so: the objects of every room, behind a list of exported names. Without that list there is no library, because
# then everything that happens to be visible would be a promise; and without engine/ nothing in it could be called.
set(SIGN_MAP "${CMAKE_CURRENT_SOURCE_DIR}/libsign/libsign.map")
file(GLOB SIGN_MAP_FOUND CONFIGURE_DEPENDS "${SIGN_MAP}")
file(GLOB SIGN_HEADERS CONFIGURE_DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/libsign/include/sign/*.h")

if(SIGN_MAP_FOUND AND TARGET room_engine)
  set(objects ${SIGN_ROOMS})
  list(TRANSFORM objects REPLACE "(.+)" "$<TARGET_OBJECTS:\\1>")
  add_library(sign SHARED ${objects})
  add_library(MaviKalem::sign ALIAS sign)
  set_target_properties(sign PROPERTIES
    VERSION ${PROJECT_VERSION} SOVERSION ${PROJECT_VERSION_MAJOR} LINKER_LANGUAGE C LINK_DEPENDS "${SIGN_MAP}"
    RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}" LIBRARY_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}")
  target_include_directories(sign INTERFACE
    $<BUILD_INTERFACE:${CMAKE_CURRENT_SOURCE_DIR}/libsign/include> $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
  target_link_libraries(sign PRIVATE ${SIGN_OUTSIDE})
  target_link_options(sign PRIVATE "LINKER:--version-script=${SIGN_MAP}")
endif()
