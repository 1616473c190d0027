plugins {
    `java-library`
}

java {
    sourceCompatibility = JavaVersion.VERSION_1_8
    targetCompatibility = JavaVersion.VERSION_1_8
    // ONNX Runtime's classes are of Java 17: the JDK that compiles reads them, and d8 lowers them for the phone.
    disableAutoTargetJvm()
}

dependencies {
    // The app brings ONNX Runtime for Android: the same classes, with other native code.
    compileOnly(libs.onnxruntime.desktop)
    testImplementation(libs.onnxruntime.desktop)
    testImplementation(libs.junit)
}

tasks.withType<JavaCompile>().configureEach {
    options.encoding = "UTF-8"
}

tasks.test {
    // Where the tests find the bundles in tests/data.
    systemProperty("edgepower.repository", rootDir.parentFile)
}
