package io.titankv.gateway;

import io.titankv.proto.errors.TitanError;
import java.util.function.Function;

/** What came of a request, or of one try of it. */
sealed interface Answer<T> {
    record Done<T>(T value) implements Answer<T> {}

    /** The error's reason says whether it may have been done all the same. */
    record Refused<T>(TitanError error) implements Answer<T> {}

    static <T> Answer<T> done(T value) {
        return new Done<>(value);
    }

    static <T> Answer<T> refused(TitanError error) {
        return new Refused<>(error);
    }

    default <U> Answer<U> map(Function<? super T, ? extends U> change) {
        return switch (this) {
            case Done<T>(T value) -> new Done<>(change.apply(value));
            case Refused<T>(TitanError error) -> new Refused<>(error);
        };
    }
}
