package lab;

import java.nio.file.Path;

/** One web application: where it lies, and what stands around it in the container's own files. */
record App(String name, Path base, Path defaultWebXml, boolean trustsProxy) {}
