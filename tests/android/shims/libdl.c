/* Bionic's libdl.so, as far as libonnxruntime4j_jni.so needs it. */
#include <dlfcn.h>

int close_here(void *library) { return dlclose(library); }

__asm__(".symver close_here,dlclose@LIBC");
