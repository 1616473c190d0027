/* Bionic's libm.so, of which libonnxruntime4j_jni.so needs nothing, and the one function of Android's ONNX Runtime that
 * the desktop build lacks: NNAPI, which there is on Android alone. Null means that all went well; nothing calls it. */
void *nnapi_here(void *options, unsigned flags) {
  (void)options;
  (void)flags;
  return 0;
}

__asm__(".symver nnapi_here,OrtSessionOptionsAppendExecutionProvider_Nnapi@VERS_1.29.0");
