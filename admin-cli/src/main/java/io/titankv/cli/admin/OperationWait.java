package io.titankv.cli.admin;

import io.titankv.cli.common.Console;
import io.titankv.cli.common.Context;
import io.titankv.cli.common.ExitCode;
import io.titankv.proto.admin.v1.GetOperationRequest;
import io.titankv.proto.admin.v1.OperationGrpc;
import io.titankv.proto.admin.v1.OperationInfo;
import io.titankv.proto.admin.v1.OperationState;
import java.util.concurrent.TimeUnit;

/** Stays until an operation has ended, saying on standard error how far it is whenever that changes. */
final class OperationWait {
    private static final long LOOK_EVERY_MILLIS = 500;

    private final Context context;

    OperationWait(Context context) {
        this.context = context;
    }

    /** Returns the exit code: {@link ExitCode#REFUSED} when it failed or was cancelled. */
    int until(String operationId) {
        Console console = context.console();
        String last = "";
        while (true) {
            OperationInfo now = context.connections()
                    .call(
                            context.global(),
                            OperationGrpc::newBlockingStub,
                            stub -> stub.getOperation(GetOperationRequest.newBuilder()
                                    .setOperationId(operationId)
                                    .build()));
            switch (now.getState()) {
                case OPERATION_STATE_DONE, OPERATION_STATE_FAILED, OPERATION_STATE_CANCELLED -> {
                    OperationReport.print(now, console, context.format());
                    return now.getState() == OperationState.OPERATION_STATE_DONE ? ExitCode.OK : ExitCode.REFUSED;
                }
                case OPERATION_STATE_PENDING,
                        OPERATION_STATE_RUNNING,
                        OPERATION_STATE_CANCELLING,
                        OPERATION_STATE_UNSPECIFIED,
                        UNRECOGNIZED -> {
                    String line = operationId + ": " + now.getStepsDone() + " of " + now.getStepsTotal() + " steps"
                            + (now.getWaitingOn().isEmpty() ? "" : "; waits for " + now.getWaitingOn());
                    if (!line.equals(last)) {
                        console.errorLine(line);
                        last = line;
                    }
                    pause();
                }
            }
        }
    }

    private static void pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(LOOK_EVERY_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting; the operation goes on", e);
        }
    }
}
