package io.titankv.engine;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.function.BooleanSupplier;

/** A store that is as it is, but says of any bytes that reading them may wait for the disk. */
final class ColdFiles {
    private ColdFiles() {}

    static FileStore over(FileStore store, BooleanSupplier isCold) {
        return proxy(
                FileStore.class,
                store,
                (method, result) -> result instanceof FileStore.File file ? cold(file, isCold) : result);
    }

    private static FileStore.File cold(FileStore.File file, BooleanSupplier isCold) {
        return proxy(
                FileStore.File.class,
                file,
                (method, result) -> method.equals("mayWait") ? (Object) isCold.getAsBoolean() : result);
    }

    private interface Answer {
        Object to(String method, Object result);
    }

    private static <T> T proxy(Class<T> type, T target, Answer answer) {
        InvocationHandler handler = (self, method, arguments) -> {
            try {
                return answer.to(method.getName(), method.invoke(target, arguments));
            } catch (InvocationTargetException e) {
                throw e.getCause();
            }
        };
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler));
    }
}
