plugins {
    alias(libs.plugins.android.application)
}

android {
    namespace = "edgepower.demo"
    compileSdk = 35

    defaultConfig {
        applicationId = "edgepower.demo"
        minSdk = 26
        targetSdk = 34
        versionCode = 1
        versionName = "0.1.0"
        ndk {
            abiFilters += listOf("arm64-v8a", "x86_64")
        }
    }

    compileOptions {
        sourceCompatibility = JavaVersion.VERSION_1_8
        targetCompatibility = JavaVersion.VERSION_1_8
    }

    androidResources {
        // A bundle's weights hardly shrink, and are copied out once: stored, they need not be unpacked for that.
        noCompress += listOf("bin", "onnx")
    }
}

dependencies {
    implementation(project(":core"))
    implementation(libs.onnxruntime.android)
}
