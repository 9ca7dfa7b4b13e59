package io.titankv.cli.admin;

import io.grpc.StatusRuntimeException;
import io.titankv.cli.common.Console;
import io.titankv.cli.common.Context;
import io.titankv.cli.common.ExitCode;
import io.titankv.cli.common.Progress;
import io.titankv.cli.common.Quantity;
import io.titankv.model.ErrorReason;
import io.titankv.proto.admin.v1.GetOperationRequest;
import io.titankv.proto.admin.v1.OperationGrpc;
import io.titankv.proto.admin.v1.OperationInfo;
import io.titankv.proto.admin.v1.OperationState;
import io.titankv.proto.errors.TitanErrors;
import java.util.concurrent.TimeUnit;

/**
 * Stays until an operation has ended, saying on standard error how far it is: on a terminal in a line that is written over,
 * elsewhere whenever a step is done or something else holds it up, and every few seconds.
 */
final class OperationWait {
    /** Between the first two looks; twice as long after each, up to the last. */
    private static final long LOOK_MILLIS_MIN = 60;

    private static final long LOOK_MILLIS_MAX = 500;
    private static final int BAR_CELLS = 20;

    private final Context context;
    private long pauseMillis = LOOK_MILLIS_MIN;

    OperationWait(Context context) {
        this.context = context;
    }

    /** Returns the exit code: {@link ExitCode#REFUSED} when it failed or was cancelled. */
    int until(String operationId) {
        OperationInfo ended = ended(operationId);
        OperationReport.of(ended).print(context.console(), context.format());
        return ended.getState() == OperationState.OPERATION_STATE_DONE ? ExitCode.OK : ExitCode.REFUSED;
    }

    /** The operation as it ended. */
    OperationInfo ended(String operationId) {
        Progress progress = new Progress(context.console());
        try {
            return ended(operationId, progress);
        } finally {
            progress.clear();
        }
    }

    private OperationInfo ended(String operationId, Progress progress) {
        Console console = context.console();
        String said = "";
        while (true) {
            OperationInfo now = askedUntilKnown(operationId);
            switch (now.getState()) {
                case OPERATION_STATE_DONE, OPERATION_STATE_FAILED, OPERATION_STATE_CANCELLED -> {
                    return now;
                }
                case OPERATION_STATE_PENDING,
                        OPERATION_STATE_RUNNING,
                        OPERATION_STATE_CANCELLING,
                        OPERATION_STATE_UNSPECIFIED,
                        UNRECOGNIZED -> {
                    String news = now.getStepsDone() + now.getWaitingOn();
                    if (console.terminal().err() || news.equals(said)) {
                        progress.update(() -> line(now, console.terminal().err()));
                    } else {
                        console.errorLine(line(now, false));
                    }
                    said = news;
                    pause();
                }
            }
        }
    }

    /** While a new leader of placement is elected, as when an operation moves the old one, nobody knows: then it asks again. */
    private OperationInfo askedUntilKnown(String operationId) {
        long deadlineNanos = System.nanoTime() + context.global().timeout().toNanos();
        while (true) {
            try {
                return look(operationId);
            } catch (StatusRuntimeException e) {
                boolean mayPass = TitanErrors.parse(e)
                        .filter(error -> error.reason().retry() == ErrorReason.Retry.SAFE)
                        .isPresent();
                if (!mayPass || System.nanoTime() - deadlineNanos >= 0) {
                    throw e;
                }
                pause();
            }
        }
    }

    private OperationInfo look(String operationId) {
        return context.connections()
                .call(
                        context.global(),
                        OperationGrpc::newBlockingStub,
                        stub -> stub.getOperation(GetOperationRequest.newBuilder()
                                .setOperationId(operationId)
                                .build()));
    }

    /** How far it is, with bytes, rate and time left where there are any, and what it waits for. */
    static String line(OperationInfo now, boolean withBar) {
        StringBuilder line = new StringBuilder(now.getOperationId()).append(": ");
        long bytes = now.getBytesDone() + now.getBytesLeft();
        if (withBar) {
            double part = bytes > 0
                    ? (double) now.getBytesDone() / bytes
                    : (double) now.getStepsDone() / Math.max(1, now.getStepsTotal());
            line.append(Progress.bar(part, BAR_CELLS)).append(' ');
        }
        line.append(OperationReport.steps(now).text()).append(" steps");
        if (bytes > 0) {
            line.append(", ")
                    .append(Quantity.bytes(now.getBytesDone()))
                    .append(" of ")
                    .append(Quantity.bytes(bytes));
        }
        if (now.getBytesPerSecond() >= 1) {
            line.append(", ").append(Protos.rate(now.getBytesPerSecond()).text());
        }
        if (now.hasEta()) {
            line.append(", ").append(OperationReport.eta(now).text()).append(" left");
        }
        if (!now.getWaitingOn().isEmpty()) {
            line.append("; waits for ").append(now.getWaitingOn());
        }
        return line.toString();
    }

    /** What takes a moment is looked at again after a moment. */
    private void pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(pauseMillis);
            pauseMillis = Math.min(2 * pauseMillis, LOOK_MILLIS_MAX);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting; the operation goes on", e);
        }
    }
}
