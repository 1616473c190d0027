/* Bionic's libc.so, as far as libonnxruntime4j_jni.so needs it: each function under Android's version, answered by glibc.
 *
 * One `@`, not two: a default version would take the calls below as well, and they would never end. */
#include <stdlib.h>
#include <string.h>

extern int __cxa_atexit(void (*function)(void *), void *argument, void *library);
extern void __cxa_finalize(void *library);
extern int __register_atfork(void (*prepare)(void), void (*parent)(void), void (*child)(void), void *library);

int atexit_here(void (*function)(void *), void *argument, void *library) { return __cxa_atexit(function, argument, library); }
void finalize_here(void *library) { __cxa_finalize(library); }
int atfork_here(void (*prepare)(void), void (*parent)(void), void (*child)(void), void *library) {
  return __register_atfork(prepare, parent, child, library);
}
void smashed_here(void) { abort(); }
void free_here(void *memory) { free(memory); }
void *malloc_here(size_t size) { return malloc(size); }
void *realloc_here(void *memory, size_t size) { return realloc(memory, size); }
void *copy_here(void *target, const void *source, size_t size) { return memcpy(target, source, size); }
size_t length_here(const char *text) { return strlen(text); }

__asm__(".symver atexit_here,__cxa_atexit@LIBC");
__asm__(".symver finalize_here,__cxa_finalize@LIBC");
__asm__(".symver atfork_here,__register_atfork@LIBC");
__asm__(".symver smashed_here,__stack_chk_fail@LIBC");
__asm__(".symver free_here,free@LIBC");
__asm__(".symver malloc_here,malloc@LIBC");
__asm__(".symver realloc_here,realloc@LIBC");
__asm__(".symver copy_here,memcpy@LIBC");
__asm__(".symver length_here,strlen@LIBC");
