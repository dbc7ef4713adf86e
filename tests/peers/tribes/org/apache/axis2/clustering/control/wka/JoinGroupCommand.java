// Stands for the class of Axis2 that has this name: what counts is how its objects are written.

package org.apache.axis2.clustering.control.wka;

import org.apache.axis2.clustering.control.ControlCommand;
import org.apache.commons.logging.Log;

public class JoinGroupCommand extends ControlCommand {
    private static final long serialVersionUID = -1811493368515869247L;

    // Axis2 nodes write whichever logger they have.
    Log log = new Logger();

    static class Logger implements Log, java.io.Serializable {
        private static final long serialVersionUID = 1L;
        String name = "a logger";
        java.util.HashMap<String, Object> levels = new java.util.HashMap<>(java.util.Map.of("root", 7));
    }
}
