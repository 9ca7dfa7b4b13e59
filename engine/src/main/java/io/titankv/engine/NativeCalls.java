package io.titankv.engine;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.invoke.MethodHandle;
import org.jspecify.annotations.Nullable;

/** Functions of the system's C library, where the program was started with {@code --enable-native-access}. */
final class NativeCalls {
    private NativeCalls() {}

    /** The function, or null where native calls are not allowed or the library has none of that name. */
    @SuppressWarnings("restricted")
    static @Nullable MethodHandle findOrNull(String name, FunctionDescriptor signature) {
        if (!NativeCalls.class.getModule().isNativeAccessEnabled()) {
            return null;
        }
        Linker linker = Linker.nativeLinker();
        return linker.defaultLookup()
                .find(name)
                .map(address -> linker.downcallHandle(address, signature))
                .orElse(null);
    }
}
