// Stands for the interface of Commons Logging that has this name.

package org.apache.commons.logging;

public interface Log {
}
