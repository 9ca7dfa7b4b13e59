package io.titankv.cli.common;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.titankv.client.TitanException;
import io.titankv.client.tls.TlsException;
import io.titankv.client.tls.TlsTrouble;
import io.titankv.model.ErrorReason;
import io.titankv.proto.errors.TitanErrors;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;

/** Puts failures into words and exit codes. Pure functions. */
public final class Failures {
    private Failures() {}

    /** The failure in words. A {@link CliException} is its own. */
    public static CliException explain(Throwable failure, GlobalOptions global) {
        Throwable cause = unwrap(failure);
        return switch (cause) {
            case CliException said -> said;
            case TitanException titan ->
                explainError(titan.reason(), String.valueOf(titan.getMessage()), titan, global);
            case StatusRuntimeException status -> explainStatus(status, global);
            case TlsException tls -> new CliException(ExitCode.REFUSED, String.valueOf(tls.getMessage()), tls);
            case IOException io -> new CliException(ExitCode.REFUSED, explainFile(io), io);
            default ->
                TitanErrors.parse(cause)
                        .map(error -> explainError(error.reason(), error.message(), cause, global))
                        .orElseGet(() -> new CliException(
                                ExitCode.REFUSED,
                                "a fault in this program: " + cause + ". Run it again with -v and report what it says",
                                cause));
        };
    }

    /** The exit code of a reason's class. */
    public static int exitCode(ErrorReason reason) {
        return switch (reason.retry()) {
            case SAFE -> ExitCode.UNAVAILABLE;
            case IF_IDEMPOTENT -> ExitCode.OUTCOME_UNKNOWN;
            case NO ->
                reason == ErrorReason.VERSION_MISMATCH
                                || reason == ErrorReason.NODE_UNKNOWN
                                || reason == ErrorReason.SHARD_UNKNOWN
                                || reason == ErrorReason.PLAN_UNKNOWN
                                || reason == ErrorReason.OPERATION_UNKNOWN
                        ? ExitCode.NOT_FOUND
                        : ExitCode.REFUSED;
        };
    }

    /** The exit code of a reason by its name, or that of a fault where it is none. */
    public static int exitCode(String reasonName) {
        for (ErrorReason reason : ErrorReason.values()) {
            if (reason.name().equals(reasonName)) {
                return exitCode(reason);
            }
        }
        return ExitCode.REFUSED;
    }

    /** One error of ours, in words. */
    public static CliException explainError(ErrorReason reason, String message, Throwable cause, GlobalOptions global) {
        String advice = switch (reason.retry()) {
            case SAFE ->
                switch (reason) {
                    case BUSY -> ". Try again in a moment, or give it longer with --timeout";
                    case TIMED_OUT -> ". Give it longer with --timeout";
                    default ->
                        ". Tried for " + Quantity.duration(global.timeout())
                                + "; see 'titan cluster health', or give it longer with --timeout";
                };
            case IF_IDEMPOTENT -> ". The write may or may not have been done: read the key to know";
            case NO -> reason == ErrorReason.DISK_FULL ? ". Free some space: reads and deletes go on" : "";
        };
        String line = message.isEmpty() ? reason.name() : oneLine(message) + " (" + reason + ")";
        return new CliException(exitCode(reason), line + advice, cause);
    }

    private static CliException explainStatus(StatusRuntimeException status, GlobalOptions global) {
        return TitanErrors.parse(status)
                .map(error -> explainError(error.reason(), error.message(), status, global))
                .orElseGet(() -> explainForeign(status, global));
    }

    /** A status that gRPC itself made, or something between us and the server. */
    private static CliException explainForeign(StatusRuntimeException status, GlobalOptions global) {
        String endpoints = String.join(", ", global.endpoints());
        String said = oneLine(String.valueOf(status.getStatus().getDescription()));
        Status.Code code = status.getStatus().getCode();
        return switch (code) {
            case UNAVAILABLE ->
                TlsTrouble.explain(status)
                        .map(why -> new CliException(
                                ExitCode.UNAVAILABLE, "cannot talk to " + endpoints + ": " + why, status))
                        .orElseGet(() -> new CliException(
                                ExitCode.UNAVAILABLE,
                                "cannot reach " + endpoints + ": " + rootMessage(status, said)
                                        + ". Start a cluster with 'titan up', or name its nodes with -e HOST:PORT",
                                status));
            case DEADLINE_EXCEEDED ->
                new CliException(
                        ExitCode.UNAVAILABLE,
                        "no answer from " + endpoints + " within " + Quantity.duration(global.timeout())
                                + ". Give it longer with --timeout",
                        status);
            case UNIMPLEMENTED ->
                new CliException(
                        ExitCode.REFUSED, endpoints + " does not know this request: is it a Titan-KV node?", status);
            case UNAUTHENTICATED, PERMISSION_DENIED ->
                new CliException(ExitCode.REFUSED, endpoints + " refuses: " + said, status);
            case UNKNOWN, INTERNAL, DATA_LOSS, CANCELLED, ABORTED ->
                new CliException(ExitCode.OUTCOME_UNKNOWN, endpoints + " failed: " + code + ": " + said, status);
            case NOT_FOUND -> new CliException(ExitCode.NOT_FOUND, said, status);
            case OK, INVALID_ARGUMENT, ALREADY_EXISTS, RESOURCE_EXHAUSTED, FAILED_PRECONDITION, OUT_OF_RANGE ->
                new CliException(ExitCode.REFUSED, endpoints + " refuses: " + code + ": " + said, status);
        };
    }

    /** The deepest cause says "Connection refused" where gRPC only says "io exception". */
    private static String rootMessage(Throwable failure, String otherwise) {
        Throwable root = failure;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        String message = root.getMessage();
        if (failure.getCause() == null || message == null) {
            return otherwise;
        }
        if (root instanceof java.net.UnknownHostException) {
            return "no such host: " + message.replaceFirst(":.*", "");
        }
        return message.contains("Connection refused") ? "connection refused" : oneLine(message);
    }

    /** A file error: Java's messages name the file and leave out what is wrong with it. */
    public static String explainFile(IOException e) {
        return switch (e) {
            case NoSuchFileException missing -> "no such file: " + missing.getFile();
            case AccessDeniedException denied -> "permission denied: " + denied.getFile();
            case FileAlreadyExistsException exists -> "file exists: " + exists.getFile();
            case FileNotFoundException missing -> oneLine(String.valueOf(missing.getMessage()));
            default -> oneLine(e.getMessage() == null ? e.toString() : e.getMessage());
        };
    }

    /** What is inside the wrappings of futures. */
    public static Throwable unwrap(Throwable failure) {
        Throwable inner = failure;
        while ((inner instanceof CompletionException || inner instanceof ExecutionException)
                && inner.getCause() != null) {
            inner = inner.getCause();
        }
        return inner;
    }

    private static String oneLine(String text) {
        return text.replaceAll("\\s*[\\r\\n]+\\s*", " ").strip();
    }
}
